"""The python3 of this machine, which serves when no toolchain is registered."""

load("//python/private:host_python.bzl", "host_python_repos")

def _host_python_impl(_module_ctx):
    host_python_repos()

host_python = module_extension(implementation = _host_python_impl)
