"""The provider of the tools that Python actions run."""

load("//python/private:py_exec_tools_info.bzl", _PyExecToolsInfo = "PyExecToolsInfo")

PyExecToolsInfo = _PyExecToolsInfo
