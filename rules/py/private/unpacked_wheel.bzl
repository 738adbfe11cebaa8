"""The rule that unpacks a wheel."""

load(
    "//python/private:precompile_action.bzl",
    "COMPILER_ENV",
    "EXEC_GROUP",
    "PRECOMPILE_EXEC_GROUPS",
    "precompile_tools",
    "precompiler_interpreter",
)
load("//python/private:precompile_settings.bzl", "PRECOMPILE_ATTRS", "precompile_settings")
load("//python/private:py_info.bzl", "PyInfo", "builtin_py_info")
load("//python/private:py_interpreter_program_info.bzl", "PyInterpreterProgramInfo")
load("//python/private:runfiles_paths.bzl", "runfiles_path")
load("//python/private:toolchain_types.bzl", "EXEC_TOOLS_TOOLCHAIN_TYPE", "TARGET_TOOLCHAIN_TYPE")
load(":venv_files.bzl", "python_version_of", "site_packages_directory")
load(":wheels.bzl", "wheel_record")

def _py_unpacked_wheel_impl(ctx):
    for name, target in ctx.attr.console_scripts.items():
        if ":" not in target:
            fail("{}: console_scripts has {} = {}, which is not MODULE:FUNCTION".format(ctx.label, name, repr(target)))
    runtime = ctx.toolchains[TARGET_TOOLCHAIN_TYPE].py3_runtime
    site_packages = site_packages_directory(runtime, abi_flags = False)
    tree = ctx.actions.declare_directory(ctx.label.name)
    arguments = ctx.actions.args()
    arguments.add_all(["-B", "-I", ctx.file._tool, "--wheel", ctx.file.src])
    arguments.add_all(["--into", tree], expand_directories = False)
    arguments.add("--site-packages", site_packages)
    arguments.add("--target", str(ctx.label))
    arguments.add_all(ctx.attr.top_levels, before_each = "--top-level")
    arguments.add_all(
        ["{}={}".format(name, target) for name, target in ctx.attr.console_scripts.items()],
        before_each = "--console-script",
    )
    arguments.add_all(ctx.attr.data_files, before_each = "--data-file")
    compiler = _compiler(ctx, runtime)
    if compiler:
        arguments.add("--pyc-suffix", compiler.pyc_suffix)
        arguments.add("--source-name", tree.short_path)
        arguments.add_all(compiler.command, format_each = "--compiler=%s")
    ctx.actions.run(
        executable = compiler.interpreter if compiler else ctx.executable._interpreter,
        arguments = [arguments],
        inputs = [ctx.file.src, ctx.file._tool],
        outputs = [tree],
        tools = compiler.tools if compiler else [],
        env = compiler.env if compiler else {},
        exec_group = EXEC_GROUP if compiler else None,
        toolchain = EXEC_TOOLS_TOOLCHAIN_TYPE if compiler else None,
        mnemonic = "PyUnpackWheel",
        progress_message = "Unpacking wheel %{label}",
    )
    wheel = wheel_record(
        label = ctx.label,
        tree = tree,
        site_packages = site_packages,
        top_levels = ctx.attr.top_levels or None,
        console_scripts = ctx.attr.console_scripts,
        data_files = ctx.attr.data_files,
        pyc_suffix = compiler.pyc_suffix if compiler else None,
    )
    py_info = PyInfo(
        imports = depset([runfiles_path(ctx, tree) + "/" + site_packages]),
        transitive_sources = depset([tree], order = "postorder"),
        venv_symlinks = depset([wheel]),
    )
    return [
        DefaultInfo(files = depset([tree]), runfiles = ctx.runfiles([tree])),
        py_info,
    ] + builtin_py_info(py_info)

def _compiler(ctx, runtime):
    """How the modules of the wheel are compiled, in the same action; None if they are not."""
    settings = precompile_settings(ctx, executable = False)
    tools = precompile_tools(ctx) if settings.compiles and settings.wanted and runtime.pyc_tag else None
    if not tools or PyInterpreterProgramInfo not in tools.precompiler:
        return None
    program = tools.precompiler[PyInterpreterProgramInfo]
    interpreter, needed = precompiler_interpreter(tools)
    return struct(
        command = program.interpreter_args + [
            program.main,
            "--invalidation_mode",
            settings.invalidation_mode,
            "--optimize",
            settings.optimize,
            "--on_error",
            settings.on_error,
            "--python_version",
            python_version_of(runtime),
        ],
        env = COMPILER_ENV | program.env,
        interpreter = interpreter,
        pyc_suffix = ".{}{}.pyc".format(
            runtime.pyc_tag,
            ".opt-{}".format(settings.optimize_level) if settings.optimize_level > 0 else "",
        ),
        tools = needed + [program.main, program.data],
    )

py_unpacked_wheel = rule(
    implementation = _py_unpacked_wheel_impl,
    doc = """\
Unpacks a wheel, for Python targets to depend on.

Without `top_levels` the build does not know what is in the wheel before it is unpacked. A virtualenv then has the wheel
as a whole on its path for modules; an action looks into the unpacked wheels for what is in each other's way, and for
the names that they have, so that imports need not look for each through all of them. Commands that `console_scripts`
does not name are not in the virtualenv's `bin`; they are on PATH in its programs and in shells that activate it. Data
files that `data_files` does not name are not below the virtualenv's prefix.

Two wheels can have parts of one package. Namespace packages (https://peps.python.org/pep-0420/), and packages for which
`top_levels` says what is in them (`pkg/__init__.py`, `pkg/one.py`; `pkg/two`), are put together of links. For others
an import hook gives the package a `__path__` with the directories of all wheels that have some of it. pkgutil and,
from Python 3.10 on, importlib.resources look for data files in all of them; by its `__file__` a module finds those of
its own wheel.

Its modules are compiled under the same attributes and flags as others, beside their sources, which are always kept.
""",
    attrs = PRECOMPILE_ATTRS | {
        "console_scripts": attr.string_dict(
            doc = "The wheel's commands, each with its `MODULE:FUNCTION`.",
        ),
        "data_files": attr.string_list(
            doc = "What a virtualenv is to have at the same path below its prefix, such as `share/doc/x.txt`, or " +
                  "`bin/x` for a script of the wheel.",
        ),
        "precompile_on_error": attr.string(
            default = "source",
            doc = "As of py_library, but a file that does not compile is no error: wheels have such for other versions.",
        ),
        "src": attr.label(
            allow_single_file = [".whl"],
            mandatory = True,
            doc = "The wheel.",
        ),
        "top_levels": attr.string_list(
            doc = """\
What is at the top of the wheel: modules, packages, its dist-info. `google/cloud` for a part of the namespace
package `google`. If given it has to be complete.
""",
        ),
        "_interpreter": attr.label(
            default = "//python/private:current_interpreter_executable",
            cfg = "exec",
            executable = True,
        ),
        "_tool": attr.label(
            default = "//py/private:unpack_wheel.py",
            allow_single_file = True,
        ),
    },
    exec_groups = PRECOMPILE_EXEC_GROUPS,
    toolchains = [TARGET_TOOLCHAIN_TYPE],
)
