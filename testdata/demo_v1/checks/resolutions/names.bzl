"""The targets of third-party packages."""

def target_of(name):
    """The target of a package.

    Args:
        name: the name in the lock file.

    Returns:
        its label.
    """
    return "@pypi//" + name.replace("-", "_")
