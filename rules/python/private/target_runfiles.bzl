"""What a Python target collects from the targets it names."""

def dependency_runfiles(ctx):
    """The runfiles of a target's sources, dependencies and data.

    Args:
        ctx: the context of a rule with COMMON_ATTRS.

    Returns:
        runfiles.
    """
    runfiles = []
    for target in ctx.attr.srcs + ctx.attr.deps:
        runfiles.append(target[DefaultInfo].default_runfiles)
    for target in ctx.attr.data:
        # Of a program in `data` the outputs are needed too, not only what they need.
        runfiles.append(ctx.runfiles(transitive_files = target[DefaultInfo].files))
        runfiles.append(target[DefaultInfo].default_runfiles)
        runfiles.append(target[DefaultInfo].data_runfiles)
    return ctx.runfiles().merge_all([each for each in runfiles if each])

def instrumented_files(ctx):
    """What `bazel coverage` measures.

    Args:
        ctx: the context of a rule with COMMON_ATTRS.

    Returns:
        InstrumentedFilesInfo.
    """
    return coverage_common.instrumented_files_info(
        ctx,
        source_attributes = ["srcs"],
        dependency_attributes = ["deps", "data"],
        extensions = ["py"],
    )
