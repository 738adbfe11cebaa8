"""A repository rule that runs the interpreter of a module's toolchain."""

def _said_by_python_impl(rctx):
    result = rctx.execute([rctx.path(rctx.attr.interpreter), "-c", "import json, sys; print(sys.version.split()[0])"])
    if result.return_code:
        fail(result.stderr)
    rctx.file("BUILD.bazel", "exports_files([\"version.bzl\"])")
    rctx.file("version.bzl", "VERSION = {}\n".format(repr(result.stdout.strip())))

said_by_python = repository_rule(
    implementation = _said_by_python_impl,
    attrs = {"interpreter": attr.label()},
)
