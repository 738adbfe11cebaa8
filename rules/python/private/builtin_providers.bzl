"""The Python providers built into Bazel, as long as it has them (Bazel 7).

`native.legacy_globals` names them without making a Bazel that has dropped them fail to load this file.
"""

_globals = getattr(native, "legacy_globals", None)

BuiltinPyInfo = getattr(_globals, "PyInfo", None)
BuiltinPyRuntimeInfo = getattr(_globals, "PyRuntimeInfo", None)
CcInfo = getattr(_globals, "CcInfo", None)

# The first stage of the rules built into Bazel, which fill in other placeholders than the rules here.
BUILTIN_BOOTSTRAP_TEMPLATE = Label("@bazel_tools//tools/python:python_bootstrap_template.txt")
