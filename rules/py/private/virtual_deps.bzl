"""Dependencies by name, which whoever builds a program resolves to targets."""

load("//python/private:py_info.bzl", "PY_DEP_PROVIDERS")

PyVirtualDepsInfo = provider(
    doc = "Dependencies that a target has by name only.",
    fields = {
        "names": "depset[str]: the names.",
        "resolutions": "depset of struct (name: str, target: Target).",
    },
)

VIRTUAL_DEPS_ATTRS = {
    "resolutions": attr.label_keyed_string_dict(
        providers = PY_DEP_PROVIDERS,
        doc = "From a target to the name, in `virtual_deps` of this or of a dependency, that it stands for.",
    ),
    "virtual_deps": attr.string_list(
        doc = "The names of dependencies which the programs that use this target resolve to targets.",
    ),
}

def virtual_deps_info(ctx):
    """What a target and its dependencies need by name.

    Args:
        ctx: the context of a rule with VIRTUAL_DEPS_ATTRS and `deps`.

    Returns:
        PyVirtualDepsInfo.
    """
    infos = _infos(ctx.attr.deps + ctx.attr.resolutions.keys())
    return PyVirtualDepsInfo(
        names = depset(ctx.attr.virtual_deps, transitive = [info.names for info in infos]),
        # What is nearer to the program comes first, and counts.
        resolutions = depset(
            [struct(name = name, target = target) for target, name in ctx.attr.resolutions.items()],
            transitive = [info.resolutions for info in infos],
            order = "preorder",
        ),
    )

def resolved_deps(ctx):
    """The targets that the names stand for; stops the analysis if one stands for none.

    Args:
        ctx: the context of a rule with VIRTUAL_DEPS_ATTRS and `deps`.

    Returns:
        list[Target], sorted by name.
    """
    info = virtual_deps_info(ctx)
    by_name = {}
    for each in info.resolutions.to_list():
        by_name.setdefault(each.name, each.target)
    names = sorted(info.names.to_list())
    missing = [name for name in names if name not in by_name]
    if missing:
        fail("{}: no target is given for the virtual dependencies {}; name one for each in resolutions".format(
            ctx.label,
            ", ".join(missing),
        ))
    return [by_name[name] for name in names]

def _infos(targets):
    return [target[PyVirtualDepsInfo] for target in targets if PyVirtualDepsInfo in target]
