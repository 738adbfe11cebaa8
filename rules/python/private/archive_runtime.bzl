"""The targets of an interpreter that was unpacked from an archive."""

load("//python/cc:py_cc_toolchain.bzl", "py_cc_toolchain")
load(":py_exec_tools_toolchain_rule.bzl", "py_exec_tools_toolchain")
load(":py_runtime_pair_rule.bzl", "py_runtime_pair")
load(":py_runtime_rule.bzl", "py_runtime")
load(":version_info.bzl", "parse_version_info")

# Not needed by programs, or of changing content, or (names with a space) not taken by Bazel.
_LEFT_OUT = [
    "**/* *",
    "**/*.a",
    "**/__pycache__/**",
    "lib/python*/**/test/**",
    "lib/python*/**/tests/**",
    "share/**",
]

def declare_archive_runtime(*, python_version, interpreter, freethreaded, coverage_tool, exclude):
    """Declares the targets of a repository that holds an unpacked interpreter.

    Args:
        python_version: str, MAJOR.MINOR.MICRO.
        interpreter: str, the path of the interpreter in the archive.
        freethreaded: bool.
        coverage_tool: label of the entry point of coverage.py, or None.
        exclude: list of glob patterns of files that programs do not need.
    """
    info = parse_version_info(python_version)
    minor = "{}.{}".format(info["major"], info["minor"])
    abi_flags = "t" if freethreaded else ""
    native.exports_files([interpreter])
    native.filegroup(
        name = "files",
        srcs = native.glob(["**"], exclude = _LEFT_OUT + exclude + [
            "BUILD.bazel",
            "MODULE.bazel",
            "REPO.bazel",
            "WORKSPACE",
            "interpreter.txt",
        ]),
    )
    for name in ["python", "python3"]:
        native.alias(name = name, actual = interpreter)
    py_runtime(
        name = "py3_runtime",
        abi_flags = abi_flags,
        coverage_tool = coverage_tool,
        files = [":files"],
        interpreter = interpreter,
        interpreter_version_info = {key: str(value) for key, value in info.items() if value != None},
    )
    py_runtime_pair(name = "python_runtimes", py3_runtime = ":py3_runtime")
    py_exec_tools_toolchain(
        name = "py_exec_tools_toolchain",
        exec_interpreter = ":py3_runtime",
        precompiler = Label("//tools/precompiler"),
    )
    include = "include/python" + minor + abi_flags
    _cc_library(
        name = "python_headers",
        hdrs = native.glob(["include/**/*.h"], allow_empty = True),
        includes = ["include", include],
    )
    native.alias(name = "includes", actual = ":python_headers")
    _cc_library(
        name = "libpython",
        srcs = native.glob(["lib/libpython{}*.so*".format(minor), "lib/libpython{}*.dylib".format(minor)], allow_empty = True),
    )
    py_cc_toolchain(
        name = "py_cc_toolchain",
        abi_flags = abi_flags,
        headers = ":python_headers",
        libs = ":libpython",
        python_version = minor,
    )

def _cc_library(name, srcs = [], hdrs = [], includes = []):
    # A release of Bazel that has no rules for C built in still hands on the files.
    if hasattr(native, "cc_library"):
        native.cc_library(name = name, srcs = srcs, hdrs = hdrs, includes = includes)
    else:
        native.filegroup(name = name, srcs = srcs + hdrs)
