"""The action that finds a command of a package and writes a main program that is this command."""

COMMAND_SEARCH_ATTRS = {
    "out": attr.output(mandatory = True),
    "script": attr.string(mandatory = True),
    "_interpreter": attr.label(
        default = "//python/private:current_interpreter_executable",
        cfg = "exec",
        executable = True,
    ),
    "_template": attr.label(
        default = "//python/private:command_main.py.tmpl",
        allow_single_file = True,
    ),
    "_tool": attr.label(
        default = "//python/private:find_entry_point.py",
        allow_single_file = True,
    ),
}

def search_command(ctx, option, files):
    """Writes the main program.

    Args:
        ctx: the context of a rule with COMMAND_SEARCH_ATTRS.
        option: str, what `files` are: `--tree` for unpacked wheels, `--entry-points` for files of that name.
        files: list[File], the first of which that has the command counts.
    """
    arguments = ctx.actions.args()
    arguments.add_all(["-B", "-I", ctx.file._tool, "--script", ctx.attr.script, "--output", ctx.outputs.out])
    arguments.add("--template", ctx.file._template)
    arguments.add("--target", str(ctx.label))
    arguments.add_all(files, before_each = option, expand_directories = False)
    ctx.actions.run(
        executable = ctx.executable._interpreter,
        arguments = [arguments],
        inputs = files + [ctx.file._template, ctx.file._tool],
        outputs = [ctx.outputs.out],
        mnemonic = "PyConsoleScript",
        progress_message = "Looking for command %{label}",
    )
