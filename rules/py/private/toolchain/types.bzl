"""The toolchain types that the v2.0.0 plan keeps. Those of tools that made virtualenvs at start-up are gone."""

EXEC_TOOLS_TOOLCHAIN = Label("//python:exec_tools_toolchain_type")
NATIVE_BUILD_TOOLCHAIN = Label("//py/private/toolchain:native_build_toolchain_type")
PY_TOOLCHAIN = Label("//python:toolchain_type")
SH_TOOLCHAIN = "@bazel_tools//tools/sh:toolchain_type"
UNPACK_TOOLCHAIN = Label("//py/private/toolchain:unpack_exec_toolchain_type")
