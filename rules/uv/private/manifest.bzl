"""The module map that Gazelle reads."""

def gazelle_python_manifest(name, hub, venvs = [], lockfile = None, **kwargs):
    """Not offered: the map is made of what is in downloaded wheels, and this module downloads none.

    Args:
        name: str, the target.
        hub: str, the repository of third-party packages.
        venvs: list of str.
        lockfile: label.
        **kwargs: common attributes.
    """

    # buildifier: disable=unused-variable
    _ignored = (venvs, lockfile)
    _not_offered(
        name = name + ".update",
        message = ("{}: this module downloads no wheels and cannot tell which modules those of @{} have. Keep " +
                   "gazelle_python.yaml as it is, or use a released aspect_rules_py for this target.").format(
            name,
            hub,
        ),
        **kwargs
    )

def _not_offered_impl(ctx):
    executable = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.write(
        executable,
        "#!/bin/sh\necho '{}' >&2\nexit 1\n".format(ctx.attr.message.replace("'", "'\\''")),
        is_executable = True,
    )
    return [DefaultInfo(executable = executable)]

_not_offered = rule(
    implementation = _not_offered_impl,
    doc = "Says, when it is run, what this module does not do.",
    executable = True,
    attrs = {"message": attr.string()},
)
