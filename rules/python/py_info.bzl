"""What a Python target gives to those that depend on it."""

load("//python/private:py_info.bzl", _PyInfo = "PyInfo")

PyInfo = _PyInfo
