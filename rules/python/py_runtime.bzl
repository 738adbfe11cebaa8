"""Declares a Python runtime."""

load("//python/private:py_runtime_rule.bzl", _py_runtime = "py_runtime")

py_runtime = _py_runtime
