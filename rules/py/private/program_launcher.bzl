"""The script that starts a virtualenv's interpreter."""

load("//python/private:interpreter_launcher.bzl", "shell_quote", "write_launcher")

# What the launcher itself says about the program that runs.
_OWN_VARIABLES = ["BAZEL_TARGET", "BAZEL_TARGET_NAME", "BAZEL_WORKSPACE"]

def declare_launcher(ctx, *, venv, env, env_inherit, options, main = None, arguments = [], on_path = False):
    """Declares the executable of a target that runs in a virtualenv.

    Args:
        ctx: the context of a rule with LAUNCHER_ATTRS.
        venv: VirtualenvInfo.
        env: dict[str, str], which takes precedence over the virtualenv's.
        env_inherit: list[str], the names that the environment decides about, if it has them.
        options: list[str], for the interpreter.
        main: str, the path of the main program below the runfiles root; None for the interpreter's prompt.
        arguments: list[str], for the main program, before those of the caller.
        on_path: bool, whether the virtualenv's commands are put on PATH before the interpreter starts.

    Returns:
        struct with executable: File; environment: RunEnvironmentInfo.
    """
    if "VIRTUAL_ENV" in env:
        fail("{}: env may not set VIRTUAL_ENV, which says where the virtualenv of the program is".format(ctx.label))
    values = venv.env | env
    inherited = [
        name
        for name in {name: None for name in venv.env_inherit + env_inherit}
        if name not in _OWN_VARIABLES + ["VIRTUAL_ENV"]
    ]
    root = "\"$runfiles\"/" + shell_quote(venv.root)
    commands = [
        "if [ ! -e {}/pyvenv.cfg ]; then".format(root),
        "  echo \"$0: $runfiles has no virtualenv: it is made of links, so build without --noenable_runfiles\" >&2",
        "  exit 1",
        "fi",
        "export VIRTUAL_ENV={}".format(root),
    ]
    if on_path:
        commands.append("export PATH={}/bin:\"$PATH\"".format(root))
    for name, value in values.items():
        if name in inherited:
            commands.append("[ \"${{{}+set}}\" ] || export {}={}".format(name, name, shell_quote(value)))
        else:
            commands.append("export {}={}".format(name, shell_quote(value)))
    own = {
        "BAZEL_TARGET": str(ctx.label).lstrip("@"),
        "BAZEL_TARGET_NAME": ctx.label.name,
        "BAZEL_WORKSPACE": ctx.workspace_name,
    }
    for name, value in own.items():
        commands.append("export {}={}".format(name, shell_quote(value)))
    executable = ctx.actions.declare_file(ctx.label.name)
    write_launcher(
        ctx,
        output = executable,
        interpreter = venv.bin_python,
        environment = "\n".join(commands),
        arguments = " ".join(
            [shell_quote(each) for each in venv.interpreter_flags + options] +
            (["\"$runfiles\"/" + shell_quote(main)] if main else []) +
            [shell_quote(each) for each in arguments],
        ),
    )
    return struct(
        environment = RunEnvironmentInfo(environment = values, inherited_environment = inherited),
        executable = executable,
    )
