"""The repositories of downloaded tools of earlier releases."""

_BUILD = """\
# Virtualenvs are made by the build itself: there are no tools. What was registered of those that the v2.0.0 plan keeps
# still has its name, for whoever registers it.
[
    toolchain(
        name = name,
        toolchain = "{no_tool}",
        toolchain_type = toolchain_type,
    )
    for toolchain_type, names in {names}.items()
    for name in names
]
"""

# What tools were downloaded for.
PLATFORMS = ["darwin_amd64", "darwin_arm64", "linux_amd64", "linux_arm64"]

def _no_tools_repo_impl(rctx):
    names = {
        str(Label("//py/private/toolchain:native_build_toolchain_type")): ["native_build_{}_toolchain"],
        str(Label("//py/private/toolchain:unpack_exec_toolchain_type")): ["unpack_{}_exec_toolchain"],
        str(Label("//py/private/toolchain:unpack_toolchain_type")): ["unpack_{}_toolchain"],
    }
    rctx.file("BUILD.bazel", _BUILD.format(
        names = {
            toolchain_type: [form.format(platform) for form in forms for platform in PLATFORMS]
            for toolchain_type, forms in names.items()
        },
        no_tool = Label("//py/private/toolchain:no_tool"),
    ))

no_tools_repo = repository_rule(
    implementation = _no_tools_repo_impl,
    doc = "A repository without tools, so that `@NAME//:all` and its parts can still be registered.",
)
