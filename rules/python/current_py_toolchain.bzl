"""The resolved runtime for genrules and the like."""

load("//python/private:current_py_toolchain_rule.bzl", _current_py_toolchain = "current_py_toolchain")

current_py_toolchain = _current_py_toolchain
