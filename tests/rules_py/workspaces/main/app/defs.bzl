"""A function such as the hubs of third-party packages have."""

def wheel(name):
    """The target of a package.

    Args:
        name: str.

    Returns:
        str.
    """
    return "//wheels:" + name
