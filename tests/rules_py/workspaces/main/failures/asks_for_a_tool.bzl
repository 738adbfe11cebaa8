"""A rule with a toolchain of earlier releases."""

load("@py_rules//py/private/toolchain:types.bzl", "UNPACK_TOOLCHAIN")

def _asks_for_a_tool_impl(ctx):
    return [DefaultInfo(files = depset([ctx.toolchains[UNPACK_TOOLCHAIN].bin]))]

asks_for_a_tool = rule(
    implementation = _asks_for_a_tool_impl,
    toolchains = [UNPACK_TOOLCHAIN],
)
