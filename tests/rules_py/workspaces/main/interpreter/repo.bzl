"""An interpreter that is part of the build: links to the files of the one on PATH."""

_PROBE = "import sys; print(sys.base_prefix, '{}.{}'.format(*sys.version_info), sys.version_info[2])"

_BUILD = """\
load("@py_rules//python:py_runtime.bzl", "py_runtime")
load("@py_rules//python:py_runtime_pair.bzl", "py_runtime_pair")

py_runtime(
    name = "runtime",
    files = glob(["lib/**"], exclude = ["**/* *", "**/*.a", "**/*.pyc"]),
    interpreter = "bin/python{version}",
    interpreter_version_info = {{"major": "{major}", "minor": "{minor}", "micro": "{micro}"}},
)

py_runtime_pair(name = "pair", py3_runtime = ":runtime")

toolchain(
    name = "toolchain",
    toolchain = ":pair",
    toolchain_type = "@py_rules//python:toolchain_type",
    visibility = ["//visibility:public"],
)
"""

# Of no use to the programs here, and large.
_LEFT_OUT = [
    "__pycache__",
    "dist-packages",
    "distutils",
    "ensurepip",
    "idlelib",
    "lib2to3",
    "pydoc_data",
    "site-packages",
    "sqlite3",
    "test",
    "tkinter",
    "turtledemo",
]

def _impl(rctx):
    found = rctx.execute([rctx.which("python3"), "-I", "-c", _PROBE])
    if found.return_code:
        fail(found.stderr)
    prefix, version, micro = found.stdout.strip().split(" ")
    prefix = rctx.path(prefix)
    name = "python" + version
    rctx.symlink(prefix.get_child("bin").get_child(name), "bin/" + name)
    for child in prefix.get_child("lib").get_child(name).readdir():
        if child.basename not in _LEFT_OUT and not child.basename.startswith("config-"):
            rctx.symlink(child, "lib/{}/{}".format(name, child.basename))
    for child in prefix.get_child("lib").readdir():
        if child.basename.startswith("libpython"):
            rctx.symlink(child, "lib/" + child.basename)
    major, _, minor = version.partition(".")
    rctx.file("BUILD.bazel", _BUILD.format(version = version, major = major, minor = minor, micro = micro))

interpreter_repo = repository_rule(implementation = _impl)
