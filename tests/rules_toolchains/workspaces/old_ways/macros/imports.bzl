"""What the provider of the rules says about Python targets."""

load("@rules_python//python:defs.bzl", Runtime = "PyRuntimeInfo", _PyInfo = "PyInfo")

def _python_imports_impl(ctx):
    if Runtime in ctx.attr.dep:
        fail("a runtime has no imports")
    file = ctx.actions.declare_file(ctx.label.name + ".txt")
    ctx.actions.write(file, "\n".join(ctx.attr.dep[_PyInfo].imports.to_list()) + "\n")
    return [DefaultInfo(files = depset([file]))]

python_imports = rule(
    implementation = _python_imports_impl,
    attrs = {"dep": attr.label(providers = [_PyInfo])},
)
