"""What a virtualenv knows of a wheel.

The records travel in `PyInfo.venv_symlinks`, which every rule that merges PyInfo hands on.
"""

def wheel_record(*, label, tree, site_packages, top_levels = None, console_scripts = {}, data_files = [], pyc_suffix = None):
    """Describes an unpacked wheel.

    Args:
        label: Label of the target that unpacks it.
        tree: File, the directory it is unpacked in.
        site_packages: str, where in `tree` its modules are.
        top_levels: list[str], what is in `site_packages`: `requests`, `six.py`, `six-1.0.dist-info`. A path such
            as `google/cloud` says that `google` is a namespace package, which other wheels may share. None if the
            layout is not known.
        console_scripts: dict from a command to `MODULE:FUNCTION`.
        data_files: list[str], paths in `tree` that belong at the same place in a virtualenv.
        pyc_suffix: str, what follows the name of a module in that of its pyc; None if the wheel is not compiled.

    Returns:
        struct, immutable, so that it can be in a depset.
    """
    return struct(
        kind = "wheel",
        label = label,
        tree = tree,
        site_packages = site_packages,
        top_levels = None if top_levels == None else tuple(top_levels),
        console_scripts = tuple(console_scripts.items()),
        data_files = tuple(data_files),
        pyc_suffix = pyc_suffix,
    )

def wheels_of(py_info):
    """The wheels a target needs, each once, dependencies first.

    Args:
        py_info: PyInfo.

    Returns:
        list of struct as of wheel_record.
    """
    return [each for each in py_info.venv_symlinks.to_list() if getattr(each, "kind", None) == "wheel"]
