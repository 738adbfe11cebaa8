"""The rule that is built into Bazel 7."""

def py_library_of_bazel(**kwargs):
    """Declares a py_library of Bazel's own.

    Args:
        **kwargs: its attributes.
    """
    native.py_library(**kwargs)
