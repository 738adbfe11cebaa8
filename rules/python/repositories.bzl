"""For WORKSPACE: what MODULE.bazel does for modules."""

load("//python/private:host_python.bzl", "host_python_repos")

def py_repositories():
    """Makes the repositories these rules need and registers the toolchains of last resort.

    Toolchains that are registered before the call come first.
    """
    host_python_repos()
    native.register_toolchains(
        "@host_python_toolchains//:all",
        str(Label("//python/runtime_env_toolchains:all")),
    )
