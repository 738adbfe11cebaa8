load("@@aspect_rules_py+//py/unstable:defs.bzl", _py_venv = "py_venv")

py_venv = _py_venv
