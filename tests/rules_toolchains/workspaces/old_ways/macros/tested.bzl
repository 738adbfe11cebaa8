"""A library and its test at once, as macros of that time made them."""

def tested_library(name, srcs, deps = []):
    native.py_library(
        name = name,
        srcs = srcs,
        deps = deps,
        srcs_version = "PY3",
    )
    native.py_test(
        name = name + "_test",
        srcs = [name + "_test.py"],
        deps = [":" + name],
        python_version = "PY3",
    )
