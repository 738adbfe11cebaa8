"""Which file an executable runs, and the texts in its attributes."""

load(":runfiles_paths.bzl", "package_short_path", "runfiles_path")

def main_program(ctx, compiled, settings, collect, *, must_be_source = True):
    """The main program as it is shipped.

    Args:
        ctx: the context of a rule with COMMON_ATTRS, `main` and perhaps `main_module`.
        compiled: list of struct as of compile_sources.
        settings: struct as of precompile_settings.
        collect: bool, whether the executable ships implicit pycs.
        must_be_source: bool, whether `main` has to be in `srcs`; without `main` it is then the source that has
            the name of the target, and nothing else will do.

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
    if ctx.file.main:
        # It may be given by another label than in `srcs`, but it has to be there.
        if must_be_source and ctx.file.main not in ctx.files.srcs:
            fail("main = {} is not in srcs".format(ctx.attr.main.label))
        return ctx.file.main
    if must_be_source and ctx.label.name.endswith(".py"):
        fail("the name must not end in .py: the program would stand where its source does")
    name = ctx.label.name + ".py"
    candidates = [] if must_be_source else [
        file
        for file in ctx.files.srcs
        if file.short_path == package_short_path(ctx) + name
    ]
    if not candidates:
        candidates = [file for file in ctx.files.srcs if ("/" + file.short_path).endswith("/" + name)]
    if not candidates and not must_be_source:
        candidates = [file for file in ctx.files.srcs if file.basename == name.split("/")[-1]]
        if not candidates and len(ctx.files.srcs) == 1:
            candidates = ctx.files.srcs
    if len(candidates) == 1:
        return candidates[0]
    todo = "set main, or main_module" if hasattr(ctx.attr, "main_module") else "set main"
    if candidates:
        fail("the default main {} matches multiple files in srcs ({}): {}".format(
            name,
            ", ".join([file.short_path for file in candidates]),
            todo,
        ))
    fail("the default main {} does not appear in srcs: add it, or {}".format(name, todo))

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
