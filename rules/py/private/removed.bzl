"""What is gone, and what to write instead."""

_COMMAND = "`trekbok migrate aspect-rules-py-v2` rewrites it."

def _removed(name, advice, command = _COMMAND):
    fail("{} was removed: {}. {}".format(name, advice, command))

def removed_file(label, replacement):
    """Stops the load of a file that has another name now.

    Args:
        label: str, the old file.
        replacement: str, the new one.
    """
    _removed(label, "load from {}".format(replacement))

# buildifier: disable=unnamed-macro
def py_venv_binary(**kwargs):
    """Removed; use py_binary.

    Args:
        **kwargs: the target.
    """
    _removed(
        "py_venv_binary ({})".format(kwargs.get("name")),
        "write py_binary(…, expose_venv = True, isolated = False), without mode and debug, loaded from " +
        "the same file; without the two attributes if nothing uses the virtualenv or the environment",
    )

# buildifier: disable=unnamed-macro
def py_venv_test(**kwargs):
    """Removed; use py_test.

    Args:
        **kwargs: the target.
    """
    _removed(
        "py_venv_test ({})".format(kwargs.get("name")),
        "write py_test(…, expose_venv = True, isolated = False), without mode and debug, loaded from " +
        "the same file; without the two attributes if nothing uses the virtualenv or the environment",
    )
