"""The toolchain with the tools that Python actions run."""

load("//python/private:py_exec_tools_toolchain_rule.bzl", _py_exec_tools_toolchain = "py_exec_tools_toolchain")

py_exec_tools_toolchain = _py_exec_tools_toolchain
