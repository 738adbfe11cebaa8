"""The value of a build flag."""

FlagInfo = provider(
    doc = "What a flag of this module is set to.",
    fields = {"value": "str, bool or list[str]: the value on the command line, or the flag's default."},
)
