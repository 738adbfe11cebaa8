"""The runtime of an executable."""

load(":common_attrs.bzl", "check_common_attrs")
load(":precompile_settings.bzl", "check_value")
load(":python_version_transition.bzl", "check_config_settings")
load(":toolchain_types.bzl", "TARGET_TOOLCHAIN_TYPE")

def executable_runtime(ctx):
    """The runtime that an executable's toolchain gives; stops the analysis if its attributes are of the past.

    Args:
        ctx: the context of a rule with COMMON_ATTRS, `config_settings`, `python_version` and the target toolchain
            type.

    Returns:
        PyRuntimeInfo.
    """
    check_common_attrs(ctx)
    check_config_settings(ctx)
    check_value("python_version", ctx.attr.python_version.partition(".")[0], ["", "3", "PY3"], {
        "PY2": "the rules are for Python 3 only; delete the attribute",
    })
    runtime = ctx.toolchains[TARGET_TOOLCHAIN_TYPE].py3_runtime
    if not runtime:
        fail("the resolved Python toolchain has no runtime for Python 3")
    return runtime
