"""A Python program."""

load("//python/private:legacy_create_init.bzl", "with_create_init_as_number")
load("//python/private:py_binary_rule.bzl", _py_binary = "py_binary")

def py_binary(name, **kwargs):
    """A Python program: the rule of this name, which has the attributes.

    Args:
        name: str.
        **kwargs: the attributes.
    """
    _py_binary(name = name, **with_create_init_as_number(kwargs))
