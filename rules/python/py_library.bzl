"""A library of Python modules."""

load("//python/private:py_library_rule.bzl", _py_library = "py_library")

py_library = _py_library
