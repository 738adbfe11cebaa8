"""The rule that unpacks a wheel."""

load("//python/private:py_info.bzl", "PyInfo", "builtin_py_info")
load("//python/private:runfiles_paths.bzl", "runfiles_path")
load("//python/private:toolchain_types.bzl", "TARGET_TOOLCHAIN_TYPE")
load(":venv_files.bzl", "site_packages_directory")
load(":wheels.bzl", "wheel_record")

def _py_unpacked_wheel_impl(ctx):
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
    ctx.actions.run(
        executable = ctx.executable._interpreter,
        arguments = [arguments],
        inputs = [ctx.file.src, ctx.file._tool],
        outputs = [tree],
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

py_unpacked_wheel = rule(
    implementation = _py_unpacked_wheel_impl,
    doc = """\
Unpacks a wheel, for Python targets to depend on.

Without `top_levels` the build does not know what is in the wheel before it is unpacked: a virtualenv then looks into
it at run time, which costs a little for each such wheel, and it has none of the wheel's commands.
""",
    attrs = {
        "console_scripts": attr.string_dict(
            doc = "The wheel's commands, each with its `MODULE:FUNCTION`.",
        ),
        "data_files": attr.string_list(
            doc = "What a virtualenv is to have at the same path below its prefix, such as `share/doc/x.txt`.",
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
    toolchains = [TARGET_TOOLCHAIN_TYPE],
)
