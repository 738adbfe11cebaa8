"""A target that stands for "none" where leaving an attribute out means its default."""

SentinelInfo = provider(
    doc = "Marks //python:none.",
    fields = {},
)

def _sentinel_impl(_ctx):
    # The empty ToolchainInfo lets it stand where a toolchain implementation is expected.
    return [SentinelInfo(), platform_common.ToolchainInfo(), DefaultInfo()]

sentinel = rule(
    implementation = _sentinel_impl,
    doc = "Stands for none.",
)
