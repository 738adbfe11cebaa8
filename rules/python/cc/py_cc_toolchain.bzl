"""The toolchain with what C and C++ code needs of a Python runtime."""

load("//python/private:py_cc_toolchain_rule.bzl", _py_cc_toolchain = "py_cc_toolchain")

py_cc_toolchain = _py_cc_toolchain
