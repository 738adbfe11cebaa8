"""A third-party package that there is no wheel of."""

def _unavailable_package_impl(ctx):
    fail(("@{hub}//{name}: this module neither downloads nor builds the packages of a lock file. Give it a target, " +
          "such as a py_unpacked_wheel: uv.override_package(name = \"{name}\", target = \"//…\") in MODULE.bazel.").format(
        hub = ctx.attr.hub,
        name = ctx.label.name,
    ))

unavailable_package = rule(
    implementation = _unavailable_package_impl,
    doc = "Stops the analysis of whatever depends on it.",
    attrs = {"hub": attr.string()},
)
