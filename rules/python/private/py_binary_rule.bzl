"""The rule for a Python program."""

load(":py_executable.bzl", "py_executable_rule")

py_binary = py_executable_rule(
    test = False,
    doc = "A Python program, with its modules compiled to bytecode when asked.",
    attrs = {},
)
