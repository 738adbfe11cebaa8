"""Forwards a part of the resolved C toolchain."""

load(":toolchain_types.bzl", "PY_CC_TOOLCHAIN_TYPE")

def _current_py_cc_impl(ctx):
    toolchain = ctx.toolchains[PY_CC_TOOLCHAIN_TYPE].py_cc_toolchain
    part = getattr(toolchain, ctx.attr.part)
    if not part:
        fail("the C toolchain for Python {} has no {}".format(toolchain.python_version, ctx.attr.part))
    providers = dict(part.providers_map)
    default_info = providers.pop("DefaultInfo")
    return providers.values() + [
        # Not the same one: it may have an executable, which only its own target can give.
        DefaultInfo(files = default_info.files, runfiles = default_info.default_runfiles),
    ]

def _current_py_cc(part, doc):
    return rule(
        implementation = _current_py_cc_impl,
        doc = doc,
        attrs = {"part": attr.string(default = part, values = [part])},
        toolchains = [PY_CC_TOOLCHAIN_TYPE],
    )

current_py_cc_headers = _current_py_cc("headers", "The headers of the resolved Python runtime.")
current_py_cc_headers_abi3 = _current_py_cc("headers_abi3", "Its headers for the stable ABI.")
current_py_cc_libs = _current_py_cc("libs", "Its libraries.")
