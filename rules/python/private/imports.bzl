"""The `imports` attribute."""

load(":runfiles_paths.bzl", "package_runfiles_path")

def own_imports(ctx):
    """The directories that a target itself puts on `sys.path`.

    Args:
        ctx: the context of a rule with the attributes `imports` and `data`.

    Returns:
        list[str], paths below the runfiles root.
    """
    package = package_runfiles_path(ctx)
    imports = []
    for path in ctx.attr.imports:
        path = ctx.expand_make_variables("imports", path, {})
        if path.startswith("/"):
            fail("imports: {} must be relative to the package".format(repr(path)))
        imports.append(_normalize(package + "/" + path, path))
    return imports

def _normalize(path, given):
    parts = []
    for part in path.split("/"):
        if part in ("", "."):
            continue
        if part == "..":
            # The first part is the repository, which nothing may leave.
            if len(parts) < 2:
                fail("imports: {} leads out of the repository".format(repr(given)))
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)
