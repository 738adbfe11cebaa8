"""The provider of a Python runtime."""

load("//python/private:py_runtime_info.bzl", _PyRuntimeInfo = "PyRuntimeInfo")

PyRuntimeInfo = _PyRuntimeInfo
