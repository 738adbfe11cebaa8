"""The python3 of this machine, as repositories."""

load(":local_runtime_repo.bzl", "local_runtime_repo", "local_runtime_toolchains_repo")

def host_python_repos():
    """Makes `host_python_runtime` and `host_python_toolchains`, empty if there is no python3."""
    local_runtime_repo(name = "host_python_runtime")
    local_runtime_toolchains_repo(
        name = "host_python_toolchains",
        runtimes = ["host_python_runtime"],
    )
