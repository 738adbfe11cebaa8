"""The rule that makes a Python runtime a toolchain."""

load(":builtin_providers.bzl", "BuiltinPyRuntimeInfo")
load(":py_runtime_info.bzl", "PyRuntimeInfo")

def runtime_of(target):
    """The runtime a target gives.

    Args:
        target: Target.

    Returns:
        PyRuntimeInfo, or Bazel's builtin one (which knows neither version nor pyc tag), or None.
    """
    if PyRuntimeInfo in target:
        return target[PyRuntimeInfo]
    if BuiltinPyRuntimeInfo and BuiltinPyRuntimeInfo in target:
        return target[BuiltinPyRuntimeInfo]
    return None

def _py_runtime_pair_impl(ctx):
    if ctx.attr.py2_runtime:
        fail("py2_runtime = {} is an error: the rules are for Python 3 only; delete the attribute".format(
            ctx.attr.py2_runtime.label,
        ))
    return [platform_common.ToolchainInfo(
        py2_runtime = None,
        py3_runtime = runtime_of(ctx.attr.py3_runtime) if ctx.attr.py3_runtime else None,
    )]

py_runtime_pair = rule(
    implementation = _py_runtime_pair_impl,
    doc = "Makes a runtime a toolchain of type //python:toolchain_type.",
    attrs = {
        "py2_runtime": attr.label(doc = "An error if set."),
        "py3_runtime": attr.label(
            providers = [[PyRuntimeInfo]] + ([[BuiltinPyRuntimeInfo]] if BuiltinPyRuntimeInfo else []),
            doc = "The runtime for Python 3.",
        ),
    },
)
