"""The rule that declares a Python runtime."""

load(":builtin_providers.bzl", "BUILTIN_BOOTSTRAP_TEMPLATE")
load(":flag_info.bzl", "FlagInfo")
load(":interpreter_launcher.bzl", "LAUNCHER_ATTRS", "interpreter_in_runfiles", "write_launcher")
load(":py_runtime_info.bzl", "PyRuntimeInfo", "runtime_providers")
load(":version_info.bzl", "cache_tag", "parse_version_info", "version_info_from_dict")

def _py_runtime_impl(ctx):
    if ctx.attr.python_version not in ("", "PY3"):
        fail("python_version = {} is an error: the rules are for Python 3 only; delete the attribute".format(
            repr(ctx.attr.python_version),
        ))

    runtime_files = depset(transitive = [target[DefaultInfo].files for target in ctx.attr.files])
    runfiles = ctx.runfiles(transitive_files = runtime_files)
    interpreter = None
    interpreter_files_to_run = None
    if ctx.attr.interpreter:
        default_info = ctx.attr.interpreter[DefaultInfo]
        interpreter = default_info.files_to_run.executable
        if interpreter:
            interpreter_files_to_run = default_info.files_to_run
        else:
            interpreter = _only_file("interpreter", ctx.attr.interpreter)
        runfiles = runfiles.merge_all([
            ctx.runfiles([interpreter], transitive_files = default_info.files),
            default_info.default_runfiles,
        ])
    elif ctx.attr.interpreter_path and not _is_absolute(ctx.attr.interpreter_path):
        fail("interpreter_path must be an absolute path, not {}".format(repr(ctx.attr.interpreter_path)))

    if ctx.attr.interpreter_version_info:
        version_info = version_info_from_dict(ctx.attr.interpreter_version_info)
    else:
        version_info = parse_version_info(ctx.attr._python_version_flag[FlagInfo].value)
    abi_flags = ctx.attr.abi_flags
    if abi_flags == "<AUTO>":
        abi_flags = "t" if ctx.attr._py_freethreaded_flag[FlagInfo].value == "yes" else ""

    coverage_tool = None
    coverage_files = None
    if ctx.attr.coverage_tool:
        default_info = ctx.attr.coverage_tool[DefaultInfo]
        coverage_tool = default_info.files_to_run.executable
        if not coverage_tool:
            coverage_tool = _only_file("coverage_tool", ctx.attr.coverage_tool)
        coverage_files = depset([coverage_tool], transitive = [
            default_info.files,
            default_info.default_runfiles.files,
        ])

    runtime = PyRuntimeInfo(
        abi_flags = abi_flags,
        bootstrap_template = ctx.file.bootstrap_template or ctx.file._builtin_template,
        coverage_files = coverage_files,
        coverage_tool = coverage_tool,
        files = runfiles.files if interpreter else (depset(ctx.files.files) if ctx.attr.files else None),
        implementation_name = ctx.attr.implementation_name or None,
        interpreter = interpreter,
        interpreter_files_to_run = interpreter_files_to_run,
        interpreter_path = ctx.attr.interpreter_path or None,
        interpreter_version_info = struct(**version_info) if version_info else None,
        pyc_tag = ctx.attr.pyc_tag or cache_tag(
            ctx.attr.implementation_name,
            struct(**version_info) if version_info else None,
        ),
        site_init_template = ctx.file.site_init_template,
        stage2_bootstrap_template = ctx.file.stage2_bootstrap_template,
        stub_shebang = ctx.attr.stub_shebang,
        supports_build_time_venv = ctx.attr.supports_build_time_venv,
        venv_bin_files = ctx.files.venv_bin_files,
        zip_main_template = ctx.file.zip_main_template,
    )
    launcher = ctx.actions.declare_file(ctx.label.name + ".launcher")
    write_launcher(ctx, output = launcher, interpreter = interpreter_in_runfiles(ctx, runtime))

    return [
        DefaultInfo(
            executable = launcher,
            files = runtime.files or depset(),
            runfiles = runfiles,
        ),
    ] + runtime_providers(runtime)

def _only_file(attribute, target):
    files = target[DefaultInfo].files.to_list()
    if len(files) != 1:
        fail("{} = {}: it must be an executable or give exactly one file, not {}".format(
            attribute,
            target.label,
            len(files),
        ))
    return files[0]

def _is_absolute(path):
    return path.startswith("/") or (len(path) > 2 and path[1] == ":" and path[2] in "/\\")

py_runtime = rule(
    implementation = _py_runtime_impl,
    doc = """\
Declares a Python runtime: an interpreter that is part of the build (`interpreter`, `files`) or one installed
on the platform (`interpreter_path`). Running the target runs the interpreter.
""",
    executable = True,
    attrs = LAUNCHER_ATTRS | {
        "abi_flags": attr.string(
            default = "<AUTO>",
            doc = "`sys.abiflags`; by default `t` or nothing, by the flag py_freethreaded.",
        ),
        "bootstrap_template": attr.label(
            allow_single_file = True,
            doc = "The template of the first stage of start-up, instead of this module's.",
        ),
        "coverage_tool": attr.label(
            allow_files = True,
            doc = "The entry point of coverage.py.",
        ),
        "files": attr.label_list(
            allow_files = True,
            doc = "What an in-build interpreter needs at run time.",
        ),
        "implementation_name": attr.string(
            default = "cpython",
            doc = "`sys.implementation.name`.",
        ),
        "interpreter": attr.label(
            allow_files = True,
            doc = "The interpreter of an in-build runtime: a file or an executable target.",
        ),
        "interpreter_path": attr.string(
            doc = "The absolute path of a system interpreter on the target platform.",
        ),
        "interpreter_version_info": attr.string_dict(
            doc = "Keys major, minor, micro, releaselevel, serial; by default from the flag python_version.",
        ),
        "pyc_tag": attr.string(
            doc = "`sys.implementation.cache_tag`; by default from implementation_name and the version.",
        ),
        "python_version": attr.string(
            default = "PY3",
            doc = "Deprecated: PY3 is the only value.",
        ),
        "site_init_template": attr.label(
            allow_single_file = True,
            doc = "For rules that build virtualenvs.",
        ),
        "stage2_bootstrap_template": attr.label(
            allow_single_file = True,
            doc = "The template of the second stage of start-up, instead of this module's.",
        ),
        "stub_shebang": attr.string(
            default = "#!/usr/bin/env python3",
            doc = "The first line of a first stage written in Python.",
        ),
        "supports_build_time_venv": attr.bool(
            default = True,
            doc = "Whether a virtualenv of this runtime may be made at build time.",
        ),
        "venv_bin_files": attr.label_list(
            allow_files = True,
            doc = "More files for the bin directory of a virtualenv.",
        ),
        "zip_main_template": attr.label(
            allow_single_file = True,
            doc = "The template of `__main__.py` in the zip file of a program, instead of this module's.",
        ),
        "_builtin_template": attr.label(
            allow_single_file = True,
            default = BUILTIN_BOOTSTRAP_TEMPLATE if hasattr(native, "py_binary") else None,
            doc = "For the rules built into Bazel, as long as it has them: they have no template of their own.",
        ),
        "_py_freethreaded_flag": attr.label(
            default = "//python/config_settings:py_freethreaded",
            providers = [FlagInfo],
        ),
        "_python_version_flag": attr.label(
            default = "//python/config_settings:python_version",
            providers = [FlagInfo],
        ),
    },
)
