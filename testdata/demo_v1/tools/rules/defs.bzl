"""The rules that the teams load, from one place."""

load("@aspect_rules_py//py:defs.bzl", _py_library = "py_library")
load("@aspect_rules_py//py/unstable:defs.bzl", _py_venv_binary = "py_venv_binary", _py_venv_test = "py_venv_test")

py_library = _py_library
team_binary = _py_venv_binary
team_test = _py_venv_test
