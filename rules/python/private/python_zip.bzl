"""A program with all its runfiles in one zip file (`--build_python_zip`, and the output group `python_zip_file`).

What is in it has no links: the program unpacks itself into a temporary directory and runs there.
"""

load(":runfiles_paths.bzl", "below_runfiles", "runfiles_path")

ZIP_ATTRS = {
    "_zip_main_template": attr.label(
        default = "//python/private:zip_main.py.tpl",
        allow_single_file = True,
    ),
    "_zipper": attr.label(
        default = "@bazel_tools//tools/zip:zipper",
        allow_single_file = True,
        cfg = "exec",
        executable = True,
    ),
}

def python_zip(ctx, *, runfiles, interpreter, interpreter_args, stage2, template = None):
    """Declares the zip file of a program.

    Args:
        ctx: the context of a rule with ZIP_ATTRS.
        runfiles: runfiles, all that the program needs.
        interpreter: str as of interpreter_in_runfiles.
        interpreter_args: list[str].
        stage2: File, the script that the interpreter starts with.
        template: File, instead of this module's.

    Returns:
        File, which `python` can run.
    """
    main = ctx.actions.declare_file("_{}_zip_main.py".format(ctx.label.name))
    ctx.actions.expand_template(
        template = template or ctx.file._zip_main_template,
        output = main,
        substitutions = {
            "%interpreter%": repr(interpreter),
            "%interpreter_args%": repr(interpreter_args),
            "%stage2%": repr(runfiles_path(ctx, stage2)),
            "%target%": str(ctx.label),
        },
    )
    output = ctx.actions.declare_file(ctx.label.name + ".zip")

    # Called when the build is over with the context.
    workspace = struct(workspace_name = ctx.workspace_name)

    def _file(file):
        return _entry(runfiles_path(workspace, file), file)

    def _symlink(link):
        return _entry(below_runfiles(workspace, link.path), link.target_file)

    entries = ctx.actions.args()
    entries.use_param_file("@%s", use_always = True)
    entries.set_param_file_format("multiline")
    entries.add(main, format = "__main__.py=%s")
    entries.add_all(runfiles.files, map_each = _file, allow_closure = True)
    entries.add_all(runfiles.symlinks, map_each = _symlink, allow_closure = True)
    entries.add_all(runfiles.root_symlinks, map_each = _root_symlink)
    ctx.actions.run(
        executable = ctx.executable._zipper,
        arguments = ["cC", output.path, entries],
        inputs = depset([main], transitive = [runfiles.files] + [
            depset([entry.target_file for entry in links.to_list()])
            for links in [runfiles.symlinks, runfiles.root_symlinks]
        ]),
        outputs = [output],
        mnemonic = "PythonZip",
        progress_message = "Packing Python program %{label}",
        toolchain = None,
    )
    return output

def _entry(path, file):
    """What the zipper is told: where a file goes, and which it is."""
    return "runfiles/{}={}".format(path, file.path)

def _root_symlink(link):
    return _entry(link.path, link.target_file)

def executable_zip(ctx, *, zip_file, output, shebang):
    """Declares a zip file that is a program by itself.

    Args:
        ctx: the rule's context.
        zip_file: File as of python_zip.
        output: File to write.
        shebang: str, the first line.
    """
    ctx.actions.run_shell(
        command = "(echo \"$1\"; cat \"$2\") > \"$3\"",
        arguments = [shebang, zip_file.path, output.path],
        inputs = [zip_file],
        outputs = [output],
        mnemonic = "PythonZip",
        progress_message = "Making the zip file of %{label} executable",
        toolchain = None,
    )
