"""What a Python target collects from the targets it names."""

load(":source_files.bzl", "is_python")

def dependency_runfiles(ctx):
    """The runfiles of a target's sources, dependencies and data.

    Args:
        ctx: the context of a rule with COMMON_ATTRS.

    Returns:
        runfiles.
    """
    runfiles = [ctx.runfiles([file for file in ctx.files.srcs if not is_python(file)])]
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

def source_output_group(py_info, **groups):
    """The groups by which `bazel build --compile_one_dependency` and tools of old find a target's sources.

    Args:
        py_info: PyInfo of the target.
        **groups: further groups, depset[File] by name.

    Returns:
        OutputGroupInfo.
    """
    return OutputGroupInfo(
        compilation_outputs = py_info.transitive_sources,
        compilation_prerequisites_INTERNAL_ = py_info.transitive_sources,
        **groups
    )
