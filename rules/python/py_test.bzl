"""A Python test."""

load("//python/private:py_test_rule.bzl", _py_test = "py_test")

py_test = _py_test
