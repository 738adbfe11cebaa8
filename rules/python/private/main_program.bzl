"""Which file an executable runs, and the texts in its attributes."""

load(":runfiles_paths.bzl", "runfiles_path")

def main_program(ctx, compiled, settings, collect, *, must_be_source = True):
    """The main program as it is shipped.

    Args:
        ctx: the context of a rule with COMMON_ATTRS, `main` and perhaps `main_module`.
        compiled: list of struct as of compile_sources.
        settings: struct as of precompile_settings.
        collect: bool, whether the executable ships implicit pycs.
        must_be_source: bool, whether `main` has to be in `srcs`.

    Returns:
        struct with file and path (below the runfiles root); None with `main_module`.
    """
    if getattr(ctx.attr, "main_module", ""):
        if ctx.attr.main:
            fail("main and main_module exclude each other: delete one")
        return None
    main = _main_source(ctx, must_be_source)
    for each in compiled:
        if each.source == main and each.pyc and not settings.keeps_source and (settings.required or collect):
            return struct(file = each.pyc, path = each.link or runfiles_path(ctx, each.pyc))
    return struct(file = main, path = runfiles_path(ctx, main))

def _main_source(ctx, must_be_source):
    name = ctx.label.name + ".py"
    if ctx.file.main:
        # It may be given by another label than in `srcs`, but it has to be there.
        if must_be_source and ctx.file.main not in ctx.files.srcs:
            fail("main = {} is not in srcs".format(ctx.attr.main.label))
        return ctx.file.main
    candidates = [file for file in ctx.files.srcs if _below_package(ctx, file) == name]
    if not candidates:
        candidates = [file for file in ctx.files.srcs if file.basename == name.split("/")[-1]]
    if not candidates and len(ctx.files.srcs) == 1:
        candidates = ctx.files.srcs
    if len(candidates) != 1:
        fail("{} of srcs: set main{}".format(
            "no file named {} is one".format(name) if not candidates else "more than one file named {} is one".format(name),
            ", or main_module" if hasattr(ctx.attr, "main_module") else "",
        ))
    return candidates[0]

def _below_package(ctx, file):
    package = ctx.label.package + "/" if ctx.label.package else ""
    return file.short_path[len(package):] if file.short_path.startswith(package) else None

def expand_text(ctx, name, text):
    """Expands locations and make variables.

    Args:
        ctx: the context of a rule with COMMON_ATTRS.
        name: str, the attribute the text is from.
        text: str.

    Returns:
        str.
    """
    text = ctx.expand_location(text, ctx.attr.data + ctx.attr.deps + ctx.attr.srcs)
    return ctx.expand_make_variables(name, text, {})
