"""What names in `virtual_deps` stand for, as a value that macros pass around."""

def _resolutions(by_name):
    return struct(
        override = lambda overrides: _resolutions(by_name | overrides),
        resolutions = by_name,
        to_label_keyed_dict = lambda: _inverted(by_name),
    )

def _inverted(by_name):
    """From labels to names."""
    by_label = {}
    for name, label in by_name.items():
        if label in by_label:
            fail("resolutions: {} is given for {} and for {}, but a target stands for one name".format(
                label,
                by_label[label],
                name,
            ))
        by_label[label] = name
    return by_label

def _from_requirements(base, requirement_fn = lambda name: name):
    """Makes resolutions for the packages of a requirements file.

    Args:
        base: list[str] of names, or dict whose keys they are.
        requirement_fn: function from a name to a label.

    Returns:
        struct with override (a function from a dict to another such struct) and to_label_keyed_dict.
    """
    return _resolutions({name: requirement_fn(name) for name in base})

def _empty():
    """No resolutions, as a start for `override`.

    Returns:
        struct as of from_requirements.
    """
    return _resolutions({})

resolutions = struct(
    empty = _empty,
    from_requirements = _from_requirements,
)

def label_keyed_resolutions(value):
    """The value for the attribute of a rule.

    Args:
        value: None, a struct made with `resolutions`, a dict from names to labels or from labels to names, or a
            select of dicts from labels to names.

    Returns:
        dict from labels to names, or a select of such.
    """
    if value == None:
        return {}
    if type(value) == "select":
        return value
    if hasattr(value, "to_label_keyed_dict"):
        return value.to_label_keyed_dict()
    if type(value) != type({}):
        fail("resolutions: a {} is neither made with resolutions.from_requirements nor a dict: {}".format(
            type(value),
            repr(value),
        ))
    if any([_is_label(key) for key in value]):
        return value
    return _inverted(value)

def _is_label(key):
    return type(key) == type(Label("//py:defs.bzl")) or key[0] in ":/@"
