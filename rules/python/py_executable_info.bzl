"""How a Python executable is put together."""

load("//python/private:py_executable_info.bzl", _PyExecutableInfo = "PyExecutableInfo")

PyExecutableInfo = _PyExecutableInfo
