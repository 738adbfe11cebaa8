"""The provider of what C and C++ code needs of a Python runtime."""

load("//python/private:py_cc_toolchain_info.bzl", _PyCcToolchainInfo = "PyCcToolchainInfo")

PyCcToolchainInfo = _PyCcToolchainInfo
