"""Makes a Python runtime a toolchain."""

load("//python/private:py_runtime_pair_rule.bzl", _py_runtime_pair = "py_runtime_pair")

py_runtime_pair = _py_runtime_pair
