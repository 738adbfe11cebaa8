"""The macro for programs that are commands of packages."""

load("//python/private:console_script.bzl", _py_console_script_binary = "py_console_script_binary")

py_console_script_binary = _py_console_script_binary
