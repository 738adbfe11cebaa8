"""Libraries, programs and tests in virtualenvs that are put together when the build is analysed.

A virtualenv is a tree of links and small files. A program has one of its own, or shares a py_venv with others; nothing
is left to do when it starts.
"""

load("//py/private:image_layer.bzl", _py_image_layer = "py_image_layer")
load("//py/private:pex_binary.bzl", _py_pex_binary = "py_pex_binary")
load("//py/private:py_binary_macros.bzl", _py_binary = "py_binary", _py_test = "py_test")
load("//py/private:py_binary_rule.bzl", _py_binary_rule = "py_binary", _py_test_rule = "py_test")
load("//py/private:py_library_rule.bzl", _py_library = "py_library")
load("//py/private:py_venv_link.bzl", _py_venv_link = "py_venv_link")
load("//py/private:py_venv_macro.bzl", _py_venv = "py_venv")
load("//py/private:pytest_main.bzl", _py_pytest_main = "py_pytest_main")
load("//py/private:removed.bzl", _py_venv_binary = "py_venv_binary", _py_venv_test = "py_venv_test")
load("//py/private:resolutions.bzl", _resolutions = "resolutions")
load("//py/private:unpacked_wheel.bzl", _py_unpacked_wheel = "py_unpacked_wheel")

py_binary = _py_binary
py_binary_rule = _py_binary_rule
py_image_layer = _py_image_layer
py_library = _py_library
py_pex_binary = _py_pex_binary
py_pytest_main = _py_pytest_main
py_test = _py_test
py_test_rule = _py_test_rule
py_unpacked_wheel = _py_unpacked_wheel
py_venv = _py_venv
py_venv_binary = _py_venv_binary
py_venv_link = _py_venv_link
py_venv_test = _py_venv_test
resolutions = _resolutions
