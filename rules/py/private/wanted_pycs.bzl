"""Compiling only what is asked for.

A pyc beside a source in a directory `x` stands in the way of a program called `x` in the same package, which is a common
layout, and the two collide as soon as there is an action for each. So there is none unless the pycs are wanted: by the
target, by a flag, or by a program with `pyc_collection`, whose transition sets the flag.
"""

load("//python/private:flag_info.bzl", "FlagInfo")
load("//python/private:precompile_settings.bzl", "PYC_COLLECTION_ATTRS", "precompile_settings")

WANTED_PYCS_ATTRS = {
    name: attribute
    for name, attribute in PYC_COLLECTION_ATTRS.items()
    if name.startswith("_")
}

def wanted_precompile_settings(ctx, *, requires_by_flag):
    """What precompile_settings says, except that implicit pycs are made only where they are collected.

    Args:
        ctx: the context of a rule with PRECOMPILE_ATTRS and WANTED_PYCS_ATTRS.
        requires_by_flag: bool, as of precompile_settings.

    Returns:
        struct as of precompile_settings.
    """
    settings = precompile_settings(ctx, requires_by_flag = requires_by_flag)
    collection = ctx.attr._pyc_collection_flag[FlagInfo].value
    if collection == "auto" and ctx.attr._precompile_flag[FlagInfo].value in ("enabled", "force_enabled"):
        collection = "include_pyc"
    if settings.required or collection == "include_pyc" or ctx.attr.precompile == "enabled":
        return settings
    fields = {name: getattr(settings, name) for name in dir(settings) if name not in ("to_json", "to_proto")}
    return struct(**(fields | {"compiles": False}))
