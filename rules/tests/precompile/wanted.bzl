"""Pycs in directories below the package, which may be where a program is to stand."""

load("//python:py_binary.bzl", "py_binary")
load("//python:py_info.bzl", "PyInfo")
load("//python:py_library.bzl", "py_library")
load(
    "//tests/support:analysis_test.bzl",
    "actions_of",
    "analysis_test",
    "expect_equal",
    "message_has",
    "names",
    "runfiles_names",
)

_BELOW = "below/__pycache__/module.fakepy-45.pyc"
_HERE = "__pycache__/lib.fakepy-45.pyc"

def _library(name, **kwargs):
    py_library(
        name = name,
        srcs = [
            "below/module.py",
            "lib.py",
        ],
        tags = ["manual"],
        **kwargs
    )

def _library_test(name):
    for case, attributes, flags, compiled, outputs in [
        ("default", {}, {}, [_HERE], ["below/module.py", "lib.py"]),
        ("omitted", {"precompile_source_retention": "omit_source"}, {}, ["lib.pyc"], []),
        ("flag", {}, {"precompile": "enabled"}, [_HERE, _BELOW], ["below/module.py", "lib.py"]),
        ("collection_flag", {}, {"pyc_collection": "include_pyc"}, [_HERE, _BELOW], ["below/module.py", "lib.py"]),
        ("enabled", {"precompile": "enabled"}, {}, [_HERE, _BELOW], [_HERE, _BELOW, "below/module.py", "lib.py"]),
    ]:
        _library("{}_{}_subject".format(name, case), **attributes)
        analysis_test(
            name = "{}_{}".format(name, case),
            impl = _library_test_impl(compiled, outputs),
            target = "{}_{}_subject".format(name, case),
            flags = flags,
        )

def _library_test_impl(compiled, outputs):
    def _impl(ctx, target):
        package = ctx.label.package
        failures = []
        expect_equal(failures, "compiled", sorted([
            output
            for action in actions_of(target, "PyCompile")
            for output in names(action.outputs, package)
        ]), sorted(compiled))
        expect_equal(failures, "outputs", names(target[DefaultInfo].files, package), sorted(outputs))
        info = target[PyInfo]
        pycs = names(info.transitive_pyc_files, package) + names(info.transitive_implicit_pyc_files, package)
        expect_equal(failures, "pycs in PyInfo", sorted(pycs), sorted(compiled))
        expect_equal(
            failures,
            "sources in a package of the library",
            names(info.transitive_sources, package),
            ["below/module.py", "lib.py"],
        )
        return failures

    return _impl

def _collected_test(name):
    _library(name + "_lib")
    for case, attributes, expected in [
        ("default", {}, []),
        ("disabled", {"pyc_collection": "disabled"}, []),
        ("included", {"pyc_collection": "include_pyc"}, [_HERE, _BELOW]),
    ]:
        py_binary(
            name = "{}_{}_subject".format(name, case),
            srcs = ["main.py"],
            main = "main.py",
            tags = ["manual"],
            deps = [name + "_lib"],
            **attributes
        )
        analysis_test(
            name = "{}_{}".format(name, case),
            impl = _ships(expected),
            target = "{}_{}_subject".format(name, case),
        )

    # That one program collects is no reason for those that it starts.
    py_binary(
        name = name + "_started",
        srcs = ["main.py"],
        main = "main.py",
        tags = ["manual"],
        deps = [name + "_lib"],
    )
    py_binary(
        name = name + "_data_subject",
        srcs = ["level.py"],
        data = [name + "_started"],
        main = "level.py",
        pyc_collection = "include_pyc",
        tags = ["manual"],
    )
    analysis_test(name = name + "_data", impl = _ships([]), target = name + "_data_subject")

def _ships(expected):
    def _impl(ctx, target):
        ours = [name for name in (_HERE, _BELOW) if name in runfiles_names(target, ctx.label.package)]
        failures = []
        expect_equal(failures, "pycs in runfiles", ours, expected)
        return failures

    return _impl

def _program_test(name):
    py_library(
        name = name + "_lib",
        srcs = ["program/module.py"],
        precompile = "enabled",
        tags = ["manual"],
    )
    py_binary(
        name = "program",
        srcs = ["main.py"],
        main = "main.py",
        tags = ["manual"],
        deps = [name + "_lib"],
    )
    analysis_test(
        name = name,
        impl = message_has(
            "the program is a file tests/precompile/program",
            "_program_test_lib",
            "precompile = \"disabled\"",
        ),
        target = "program",
        fails = True,
    )

def wanted_pycs_test_suite(name):
    """Declares the tests.

    Args:
        name: str, what their names begin with.
    """
    for test in [
        _collected_test,
        _library_test,
        _program_test,
    ]:
        test(name + str(test).split(" ")[1].removesuffix(">"))
