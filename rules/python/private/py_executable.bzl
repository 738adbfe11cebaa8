"""What py_binary and py_test have in common."""

load(":builtin_providers.bzl", "BUILTIN_BOOTSTRAP_TEMPLATE")
load(":common_attrs.bzl", "COMMON_ATTRS")
load(":executable_runtime.bzl", "executable_runtime")
load(":flag_info.bzl", "FlagInfo")
load(
    ":interpreter_launcher.bzl",
    "LAUNCHER_ATTRS",
    "interpreter_in_runfiles",
    "shell_quote",
    "write_launcher",
)
load(":legacy_create_init.bzl", "LEGACY_CREATE_INIT_ATTRS", "empty_inits")
load(":main_program.bzl", "expand_text", "main_program")
load(":precompile_action.bzl", "PRECOMPILE_EXEC_GROUPS")
load(":precompile_settings.bzl", "PYC_COLLECTION_ATTRS", "collects_pycs", "precompile_settings")
load(":py_executable_info.bzl", "PyExecutableInfo")
load(":py_info.bzl", "builtin_py_info")
load(":py_runtime_info.bzl", "runtime_providers")
load(":py_sources.bzl", "collect_py_info", "explain_lost_pycs", "python_runfiles")
load(":python_version_transition.bzl", "python_version_transition")
load(":python_zip.bzl", "ZIP_ATTRS", "executable_zip", "python_zip")
load(":runfiles_paths.bzl", "runfiles_path")
load(":source_files.bzl", "python_sources")
load(":target_runfiles.bzl", "dependency_runfiles", "instrumented_files", "source_output_group")
load(":toolchain_types.bzl", "TARGET_TOOLCHAIN_TYPE")

EXECUTABLE_ATTRS = COMMON_ATTRS | LAUNCHER_ATTRS | LEGACY_CREATE_INIT_ATTRS | PYC_COLLECTION_ATTRS | ZIP_ATTRS | {
    "config_settings": attr.label_keyed_string_dict(
        doc = "Flags of this module to build the program with, each with its value.",
    ),
    "env": attr.string_dict(
        doc = "Environment variables for `bazel run` and `bazel test`; locations and make variables expand.",
    ),
    "interpreter_args": attr.string_list(
        doc = "Arguments for the interpreter itself, such as `-O`; locations and make variables expand.",
    ),
    "main": attr.label(
        allow_single_file = True,
        doc = "The file to run; by default the source named like the target.",
    ),
    "main_module": attr.string(
        doc = "The module to run, as `python -m` does, instead of a file.",
    ),
    "python_version": attr.string(
        doc = "The Python version to run on, such as `3.12`; by default that of the flag.",
    ),
    "stamp": attr.int(
        default = -1,
        values = [-1, 0, 1],
        doc = "Accepted; these executables hold no build information.",
    ),
    "_allowlist_function_transition": attr.label(
        default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
    ),
    "_build_python_zip_flag": attr.label(
        default = "//python/config_settings:build_python_zip",
        providers = [FlagInfo],
    ),
    "_import_all_repositories_flag": attr.label(
        default = "//python/config_settings:experimental_python_import_all_repositories",
        providers = [FlagInfo],
    ),
    "_bootstrap_impl_flag": attr.label(
        default = "//python/config_settings:bootstrap_impl",
        providers = [FlagInfo],
    ),
    "_stage2_template": attr.label(
        default = "//python/private:stage2_bootstrap.py.tpl",
        allow_single_file = True,
    ),
}

def py_executable_impl(ctx):
    """The implementation of py_binary and py_test.

    Args:
        ctx: the context of a rule made by py_executable_rule.

    Returns:
        list of providers.
    """
    runtime = executable_runtime(ctx)
    settings = precompile_settings(ctx, executable = True)
    collect = collects_pycs(ctx)
    sources = collect_py_info(ctx, settings, python_sources(ctx))
    if collect:
        explain_lost_pycs(ctx, sources.py_info)

    main = main_program(ctx, sources.compiled, settings, collect)
    stage2 = ctx.actions.declare_file("_{}_stage2_bootstrap.py".format(ctx.label.name))
    _write_stage2(ctx, stage2, main.path if main else None, sources.py_info, runtime)
    executable = ctx.actions.declare_file(ctx.label.name)
    interpreter_args = [expand_text(ctx, "interpreter_args", each) for each in ctx.attr.interpreter_args]
    interpreter = interpreter_in_runfiles(ctx, runtime)
    app = python_runfiles(ctx, sources.py_info, collect_pycs = collect).merge(dependency_runfiles(ctx))
    app = app.merge(empty_inits(ctx, app))
    without_exe = app.merge(ctx.runfiles(
        [stage2] + ([runtime.interpreter] if runtime.interpreter else []),
        transitive_files = runtime.files,
    ))
    if _coverage_tool(ctx, runtime):
        without_exe = without_exe.merge(ctx.runfiles(transitive_files = runtime.coverage_files))
    zip_file = python_zip(
        ctx,
        runfiles = without_exe,
        interpreter = interpreter,
        interpreter_args = interpreter_args,
        stage2 = stage2,
        template = getattr(runtime, "zip_main_template", None),
    )
    if ctx.attr._build_python_zip_flag[FlagInfo].value:
        executable_zip(ctx, zip_file = zip_file, output = executable, shebang = runtime.stub_shebang)
    else:
        write_launcher(
            ctx,
            output = executable,
            interpreter = interpreter,
            arguments = " ".join([shell_quote(each) for each in interpreter_args] + [
                "\"$runfiles\"/" + shell_quote(runfiles_path(ctx, stage2)),
            ]),
            template = _first_stage_of(runtime),
        )
    env = {key: expand_text(ctx, "env", value) for key, value in ctx.attr.env.items()}
    return [
        DefaultInfo(
            executable = executable,
            files = depset([executable] + sources.outputs),
            runfiles = without_exe.merge(ctx.runfiles([executable])),
        ),
        instrumented_files(ctx),
        RunEnvironmentInfo(environment = env, inherited_environment = getattr(ctx.attr, "env_inherit", [])),
        PyExecutableInfo(
            app_runfiles = app,
            build_data_file = None,
            interpreter_args = interpreter_args,
            interpreter_path = interpreter,
            main = main.file if main else None,
            runfiles_without_exe = without_exe,
            stage2_bootstrap = stage2,
            venv_interpreter_runfiles = None,
            venv_interpreter_symlinks = None,
            venv_python_exe = None,
        ),
        source_output_group(sources.py_info, python_zip_file = depset([zip_file])),
        sources.py_info,
    ] + builtin_py_info(sources.py_info) + runtime_providers(runtime) + _where_it_runs(ctx)

def _where_it_runs(ctx):
    """A test of a program for macOS runs on macOS, whatever the platform of the actions."""
    macos = getattr(ctx.attr, "_macos", None)
    if not macos or not ctx.target_platform_has_constraint(macos[platform_common.ConstraintValueInfo]):
        return []
    return [testing.ExecutionInfo({"requires-darwin": ""})]

def _coverage_tool(ctx, runtime):
    """The tool that measures the program, if this is `bazel coverage` and the runtime has one."""
    return getattr(runtime, "coverage_tool", None) if ctx.configuration.coverage_enabled else None

def _first_stage_of(runtime):
    """The template that a runtime brings; that of Bazel has placeholders that nothing here fills in."""
    template = getattr(runtime, "bootstrap_template", None)
    return template if template and template.owner != BUILTIN_BOOTSTRAP_TEMPLATE else None

def _write_stage2(ctx, output, main, py_info, runtime):
    imports = ctx.actions.template_dict()
    imports.add_joined("%imports%", py_info.imports, join_with = ", ", map_each = repr, format_joined = "[%s]")
    coverage_tool = _coverage_tool(ctx, runtime)
    ctx.actions.expand_template(
        template = getattr(runtime, "stage2_bootstrap_template", None) or ctx.file._stage2_template,
        output = output,
        substitutions = {
            "%coverage_tool%": repr(runfiles_path(ctx, coverage_tool) if coverage_tool else ""),
            "%export_pythonpath%": str(ctx.attr._bootstrap_impl_flag[FlagInfo].value == "system_python"),
            "%import_all_repositories%": str(ctx.attr._import_all_repositories_flag[FlagInfo].value),
            "%main%": repr(main or ""),
            "%main_module%": repr(ctx.attr.main_module),
            "%self%": repr(runfiles_path(ctx, output)),
            "%target%": str(ctx.label),
            "%workspace%": ctx.workspace_name,
        },
        computed_substitutions = imports,
    )

def py_executable_rule(*, test, doc, attrs):
    """Makes a rule for Python executables.

    Args:
        test: bool.
        doc: str.
        attrs: dict of attributes beside the common ones.

    Returns:
        the rule.
    """
    return rule(
        implementation = py_executable_impl,
        doc = doc,
        test = test,
        executable = True,
        attrs = EXECUTABLE_ATTRS | attrs,
        cfg = python_version_transition,
        exec_groups = PRECOMPILE_EXEC_GROUPS | {
            # For `exec_properties` written for rules that link; nothing is linked here.
            "cpp_link": exec_group(),
        },
        fragments = ["coverage"],
        toolchains = [TARGET_TOOLCHAIN_TYPE],
    )
