"""The rules for programs and tests that run in a virtualenv."""

load("//python/private:main_program.bzl", "expand_text", "main_program")
load("//python/private:precompile_action.bzl", "PRECOMPILE_EXEC_GROUPS")
load("//python/private:py_executable_info.bzl", "PyExecutableInfo")
load("//python/private:py_info.bzl", "builtin_py_info")
load("//python/private:target_runfiles.bzl", "instrumented_files")
load("//python/private:toolchain_types.bzl", "TARGET_TOOLCHAIN_TYPE")
load(":coverage_check.bzl", "check_covered", "check_version")
load(":program_launcher.bzl", "declare_launcher")
load(":program_sources.bzl", "PROGRAM_ATTRS", "program_sources")
load(":pytest_main.bzl", "PYTEST_ATTRS", "write_pytest_main")
load(":transitions.bzl", "venv_transition")
load(":venv_files.bzl", "declare_venv", "python_version_of", "venv_directory")
load(":virtualenv_info.bzl", "VirtualenvInfo")

def _py_executable_impl(ctx):
    sources = program_sources(ctx)
    venv, venv_in_bin = _venv(ctx, sources)
    if getattr(ctx.attr, "pytest_main", False):
        main = write_pytest_main(ctx)
    else:
        main = main_program(
            ctx,
            sources.compiled,
            sources.settings,
            sources.collects_pycs,
            must_be_source = False,
        )
    options = ["-B"] + (["-I"] if ctx.attr.isolated else []) + [
        expand_text(ctx, "interpreter_options", each)
        for each in ctx.attr.interpreter_options
    ]
    launcher = declare_launcher(
        ctx,
        venv = venv,
        env = {key: expand_text(ctx, "env", value) for key, value in ctx.attr.env.items()},
        env_inherit = ctx.attr.env_inherit,
        options = options,
        main = main.path,
    )
    app = sources.runfiles.merge(ctx.runfiles([main.file]))
    return [
        DefaultInfo(
            executable = launcher.executable,
            files = depset([launcher.executable] + sources.outputs),
            runfiles = app.merge_all([venv.runfiles, ctx.runfiles([launcher.executable])]),
        ),
        OutputGroupInfo(_hidden_top_level_INTERNAL_ = venv_in_bin),
        PyExecutableInfo(
            app_runfiles = app,
            build_data_file = None,
            interpreter_args = options,
            interpreter_path = venv.bin_python,
            main = main.file,
            runfiles_without_exe = app.merge(venv.runfiles),
            stage2_bootstrap = None,
            venv_interpreter_runfiles = None,
            venv_interpreter_symlinks = None,
            venv_python_exe = None,
        ),
        instrumented_files(ctx),
        launcher.environment,
        sources.py_info,
    ] + builtin_py_info(sources.py_info)

def _venv(ctx, sources):
    """VirtualenvInfo, and what belongs to the virtualenv in bazel-bin if the target makes it itself."""
    external = ctx.attr.external_venv
    if external:
        if not ctx.attr.expose_venv:
            check_version(ctx, python_version_of(sources.runtime), external.label, external[VirtualenvInfo])
            check_covered(ctx, sources.py_info, external.label, external[VirtualenvInfo])
        return external[VirtualenvInfo], depset()
    venv = declare_venv(
        ctx,
        directory = venv_directory(ctx, ".venv"),
        py_info = sources.py_info,
        runfiles = sources.runfiles,
        runtime = sources.runtime,
    )
    return venv.info, depset(transitive = [venv.files, venv.in_bin])

_ATTRS = PROGRAM_ATTRS | {
    "expose_venv": attr.bool(
        doc = "Set by the macro of the same name: `external_venv` was made for this target, and fits.",
    ),
    "external_venv": attr.label(
        providers = [VirtualenvInfo],
        doc = "A py_venv to run in, which has to have all that the program imports; by default one of its own.",
    ),
    "isolated": attr.bool(
        default = True,
        doc = "Whether the interpreter ignores its environment and the directory of the script (`-I`).",
    ),
    "main": attr.label(
        allow_single_file = True,
        doc = "The file to run; by default the source named like the target.",
    ),
}

py_binary = rule(
    implementation = _py_executable_impl,
    doc = "A Python program in a virtualenv that was put together when the build was analysed.",
    executable = True,
    attrs = _ATTRS,
    cfg = venv_transition,
    exec_groups = PRECOMPILE_EXEC_GROUPS,
    toolchains = [TARGET_TOOLCHAIN_TYPE],
)

py_test = rule(
    implementation = _py_executable_impl,
    doc = "A Python program in a virtualenv that succeeds by exit code 0, run by `bazel test`.",
    test = True,
    attrs = _ATTRS | PYTEST_ATTRS | {
        "precompile_source_retention": attr.string(
            default = "keep_source",
            doc = "As of py_library, but the flag does not decide: pytest reads the sources of tests.",
        ),
        "_lcov_merger": attr.label(
            default = configuration_field(fragment = "coverage", name = "output_generator"),
            cfg = "exec",
            executable = True,
        ),
    },
    cfg = venv_transition,
    exec_groups = PRECOMPILE_EXEC_GROUPS,
    fragments = ["coverage"],
    toolchains = [TARGET_TOOLCHAIN_TYPE],
)
