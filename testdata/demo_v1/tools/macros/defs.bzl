"""Macros of this workspace."""

load("@aspect_rules_py//py/unstable:defs.bzl", "py_venv_test", _py_venv_binary = "py_venv_binary")

def dev_binary(name, deps = [], dev_deps = [], **kwargs):
    """A binary with more dependencies than production has.

    Args:
        name: the name of the target.
        deps: the dependencies.
        dev_deps: those for development.
        **kwargs: the other attributes of py_venv_binary.
    """
    _py_venv_binary(
        name = name,
        deps = deps + dev_deps,
        **kwargs
    )

def service_test(name, tags = [], **kwargs):
    """A test of a service.

    Args:
        name: the name of the target.
        tags: the tags.
        **kwargs: the other attributes of py_venv_test.
    """
    py_venv_test(
        name = name,
        tags = tags + ["service"],
        **kwargs
    )
