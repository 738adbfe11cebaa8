"""A Python test."""

load("//python/private:legacy_create_init.bzl", "with_create_init_as_number")
load("//python/private:py_test_rule.bzl", _py_test = "py_test")

def py_test(name, **kwargs):
    """A Python test: the rule of this name, which has the attributes.

    Args:
        name: str.
        **kwargs: the attributes.
    """
    _py_test(name = name, **with_create_init_as_number(kwargs))
