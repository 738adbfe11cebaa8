"""The repository of downloaded tools of earlier releases."""

def _no_tools_repo_impl(rctx):
    rctx.file("BUILD.bazel", "# Virtualenvs are made by the build itself: there are no tools, and no toolchains for them.\n")

no_tools_repo = repository_rule(
    implementation = _no_tools_repo_impl,
    doc = "A repository without tools, so that `@NAME//:all` can still be registered.",
)
