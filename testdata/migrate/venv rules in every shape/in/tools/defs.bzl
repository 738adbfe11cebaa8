"""Macros of this repository."""

load("@aspect_rules_py//py:defs.bzl", "py_library")
load("@aspect_rules_py//py/unstable:defs.bzl", _py_venv_binary = "py_venv_binary", _py_venv_test = "py_venv_test")

# For those who load it from here.
py_venv_binary = _py_venv_binary

def dev_binary(name, deps = [], dev_deps = [], **kwargs):
    """A binary with more deps under development."""
    py_library(name = name + "_lib", deps = deps)
    _py_venv_binary(
        name = name,
        deps = deps + select({
            "//:dev": dev_deps,
            "//conditions:default": [],
        }),
        **kwargs
    )

def py_test(name, py_venv_binary = None, **kwargs):
    if py_venv_binary:
        py_venv_binary(name = name + "_bin")
    native.py_test(name = name, **kwargs)

def matrix(name, rule = _py_venv_test):
    for version in ["3.11", "3.12"]:
        rule(name = name + version, main = "m.py", python_version = version)
