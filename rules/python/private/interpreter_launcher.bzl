"""The command with which an interpreter is started, as a small script beside its runfiles.

As an executable with runfiles, an in-build interpreter is one tool of an action. Its two thousand files would
otherwise be inputs that each action, and each request to a worker, lists one by one.
"""

load(":runfiles_paths.bzl", "runfiles_path")

LAUNCHER_ATTRS = {
    "_launcher_template": attr.label(
        default = "//python/private:stage1_bootstrap.sh.tpl",
        allow_single_file = True,
    ),
}

def interpreter_in_runfiles(ctx, runtime):
    """Where start-up finds the interpreter.

    Args:
        ctx: the rule's context.
        runtime: PyRuntimeInfo.

    Returns:
        str: an absolute path, or one below the runfiles root.
    """
    return runtime.interpreter_path or runfiles_path(ctx, runtime.interpreter)

def shell_quote(text):
    """Quotes a text so that a POSIX shell reads it as one word.

    Args:
        text: str.

    Returns:
        str.
    """
    return "'" + text.replace("'", "'\\''") + "'"

def write_launcher(ctx, *, output, interpreter, arguments = "", environment = "", template = None):
    """Writes the script that finds its runfiles and becomes the interpreter.

    Args:
        ctx: the context of a rule with LAUNCHER_ATTRS.
        output: File to write.
        interpreter: str as of interpreter_in_runfiles.
        arguments: str, shell words between the interpreter and the caller's arguments; `$runfiles` is
            the root of the runfiles tree.
        environment: str, shell commands before the interpreter is started, such as `export A='b'`.
        template: File, instead of this module's.
    """
    ctx.actions.expand_template(
        template = template or ctx.file._launcher_template,
        output = output,
        substitutions = {
            "%arguments%": arguments,
            "%environment%": environment,
            "%interpreter%": shell_quote(interpreter),
        },
        is_executable = True,
    )
