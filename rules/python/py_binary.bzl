"""A Python program."""

load("//python/private:py_binary_rule.bzl", _py_binary = "py_binary")

py_binary = _py_binary
