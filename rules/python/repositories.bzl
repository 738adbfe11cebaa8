"""For WORKSPACE: what MODULE.bazel does for modules."""

load("//python/private:host_python.bzl", "host_python_repos")
load(
    "//python/private:workspace_toolchains.bzl",
    "reserve_toolchains",
    _python_register_multi_toolchains = "python_register_multi_toolchains",
    _python_register_toolchains = "python_register_toolchains",
)

python_register_multi_toolchains = _python_register_multi_toolchains
python_register_toolchains = _python_register_toolchains

def py_repositories():
    """Makes the repositories these rules need and registers the toolchains of last resort.

    Toolchains that are registered before the call come first. So do those of python_register_toolchains and
    python_register_multi_toolchains after it, as long as no `load` is between: Bazel takes the first definition of
    a repository that comes before a `load` for good.
    """
    reserve_toolchains()
    host_python_repos()
    native.register_toolchains(
        "@host_python_toolchains//:all",
        str(Label("//python/runtime_env_toolchains:all")),
    )
