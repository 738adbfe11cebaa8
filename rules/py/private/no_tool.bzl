"""What there is in place of a tool of earlier releases."""

def _no_tool_impl(ctx):
    fail(("{}: this module unpacks wheels and makes virtualenvs without tools to download; drop the toolchain type from " +
          "the rule that asks for it, or register a toolchain of your own").format(ctx.label))

no_tool = rule(
    implementation = _no_tool_impl,
    doc = "Stops the analysis of a rule that asks for the tool.",
)
