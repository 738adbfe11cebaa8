"""Empty `__init__.py` files in the runfiles of a program, as the rules built into Bazel make them.

https://bazel.build/reference/be/python#py_binary.legacy_create_init
"""

load(":flag_info.bzl", "FlagInfo")
load(":runfiles_paths.bzl", "below_runfiles")

LEGACY_CREATE_INIT_ATTRS = {
    "legacy_create_init": attr.int(
        default = -1,
        values = [-1, 0, 1],
        doc = """\
Whether each directory with modules, and each above it, gets an empty `__init__.py` if it has none: 1, 0, or -1, by the
flag `incompatible_default_to_explicit_init_py`, which is true by default: then a directory without one is a namespace
package.
""",
    ),
    "_empty_init": attr.label(default = "//python/private:empty_init.py", allow_single_file = True),
    "_explicit_init_flag": attr.label(
        default = "//python/config_settings:incompatible_default_to_explicit_init_py",
        providers = [FlagInfo],
    ),
}

_MODULES = (".py", ".pyc", ".so", ".pyd")

def with_create_init_as_number(kwargs):
    """The arguments of a rule with LEGACY_CREATE_INIT_ATTRS; Bazel's own rules take `legacy_create_init = False` too.

    Args:
        kwargs: dict of arguments.

    Returns:
        dict.
    """
    value = kwargs.get("legacy_create_init")
    return kwargs | {"legacy_create_init": int(value)} if type(value) == "bool" else kwargs

def empty_inits(ctx, runfiles):
    """The `__init__.py` files that a program lacks.

    Args:
        ctx: the context of a rule with LEGACY_CREATE_INIT_ATTRS.
        runfiles: runfiles of the program and its dependencies.

    Returns:
        runfiles; empty ones if none are to be made.
    """
    value = ctx.attr.legacy_create_init
    if value == 0 or (value < 0 and ctx.attr._explicit_init_flag[FlagInfo].value):
        return ctx.runfiles()
    paths = [below_runfiles(ctx, file.short_path) for file in runfiles.files.to_list()]
    paths += [below_runfiles(ctx, link.path) for link in runfiles.symlinks.to_list()]
    paths += [link.path for link in runfiles.root_symlinks.to_list()]
    there = {path: None for path in paths}
    packages = {}
    for path in paths:
        if path.endswith(_MODULES):
            parts = path.split("/")[:-1]
            for count in range(len(parts), 1, -1):
                packages["/".join(parts[:count])] = None
    return ctx.runfiles(root_symlinks = {
        package + "/__init__.py": ctx.file._empty_init
        for package in packages
        if not package.endswith("__pycache__") and
           package + "/__init__.py" not in there and package + "/__init__.pyc" not in there
    })
