"""The rule for a library of Python modules."""

load(":common_attrs.bzl", "COMMON_ATTRS", "check_common_attrs")
load(":flag_info.bzl", "FlagInfo")
load(":precompile_action.bzl", "PRECOMPILE_EXEC_GROUPS")
load(":precompile_settings.bzl", "precompile_settings")
load(":py_info.bzl", "builtin_py_info")
load(":py_sources.bzl", "collect_py_info")
load(":source_files.bzl", "python_sources")
load(":target_runfiles.bzl", "dependency_runfiles", "instrumented_files", "source_output_group")
load(":toolchain_types.bzl", "TARGET_TOOLCHAIN_TYPE")

def library_default_info(ctx, settings, sources):
    """What building a library makes, and what it adds to runfiles.

    Args:
        ctx: the context of a rule with COMMON_ATTRS.
        settings: struct as of precompile_settings.
        sources: struct as of collect_py_info.

    Returns:
        DefaultInfo.
    """

    # The pycs are up to the executable; so are the sources that they may replace.
    own = []
    if ctx.attr._add_srcs_to_runfiles_flag[FlagInfo].value != "disabled":
        own = [each.source for each in sources.compiled if not each.pyc or settings.keeps_source]
    return DefaultInfo(
        files = depset(sources.outputs),
        runfiles = ctx.runfiles(own).merge(dependency_runfiles(ctx)),
    )

def _py_library_impl(ctx):
    check_common_attrs(ctx)
    settings = precompile_settings(ctx, executable = False)
    sources = collect_py_info(ctx, settings, python_sources(ctx))
    return [
        library_default_info(ctx, settings, sources),
        instrumented_files(ctx),
        source_output_group(sources.py_info),
        sources.py_info,
    ] + builtin_py_info(sources.py_info)

py_library = rule(
    implementation = _py_library_impl,
    doc = "A library of Python modules, compiled to bytecode when asked.",
    attrs = COMMON_ATTRS,
    exec_groups = PRECOMPILE_EXEC_GROUPS,
    toolchains = [config_common.toolchain_type(TARGET_TOOLCHAIN_TYPE, mandatory = False)],
)
