"""Whether anybody wants the pycs that a program may choose to ship.

A pyc beside a source in a directory `x` stands in the way of a program called `x` in the same package, which is a common
layout, and the two collide as soon as there is an action for each, whether it runs or not. So the sources in directories
below their package have one only if the pycs are wanted: by their target, by a flag, or by the program that the build is
for, whose transition sets a flag that is for this alone. Directly in a package nothing stands in the way.
"""

WANTED_PYCS_FLAG = "//python/private:wanted_pycs"

_BY_FLAGS = "auto"
_YES = "yes"
_NO = "no"
WANTED_PYCS_VALUES = [_BY_FLAGS, _YES, _NO]

def flags_collect(precompile, collection):
    """Whether a program ships the implicit pycs unless it says otherwise.

    Args:
        precompile: str, the flag of this name.
        collection: str, the flag pyc_collection.

    Returns:
        bool.
    """
    return collection == "include_pyc" or collection == "auto" and precompile in ("enabled", "force_enabled")

def wanted_pycs_for(attribute, precompile, collection):
    """What a program sets the flag to, for itself and for what is below it.

    Args:
        attribute: str, its `pyc_collection`.
        precompile: str, the flag of this name.
        collection: str, the flag pyc_collection.

    Returns:
        str, that of the whole build wherever it says the same: more configurations mean more to build.
    """
    wanted = {"disabled": False, "include_pyc": True}.get(attribute)
    if wanted == None or wanted == flags_collect(precompile, collection):
        return _BY_FLAGS
    return _YES if wanted else _NO

def pycs_are_wanted(flag, precompile, collection):
    """Whether the implicit pycs may be collected.

    Args:
        flag: str, the value of WANTED_PYCS_FLAG.
        precompile: str, the flag of this name.
        collection: str, the flag pyc_collection.

    Returns:
        bool.
    """
    return flags_collect(precompile, collection) if flag == _BY_FLAGS else flag == _YES
