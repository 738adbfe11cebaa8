"""What a version text says about a runtime."""

_RELEASE_LEVELS = [("a", "alpha"), ("b", "beta"), ("rc", "candidate")]

def parse_version_info(text):
    """Reads a version such as `3.12`, `3.12.1` or `3.15.0a2`.

    Args:
        text: str.

    Returns:
        dict with major, minor and, as far as the text has them, micro, releaselevel and serial; None if
        the text does not even name a minor version.
    """
    parts = text.split(".")
    if len(parts) < 2 or not parts[0].isdigit() or not parts[1].isdigit():
        return None
    info = {
        "major": int(parts[0]),
        "minor": int(parts[1]),
        "micro": None,
        "releaselevel": None,
        "serial": None,
    }
    if len(parts) > 2:
        micro, level, serial = parts[2], "final", "0"
        for marker, name in _RELEASE_LEVELS:
            if marker in micro:
                micro, _, serial = micro.partition(marker)
                level = name
                break
        info["micro"] = int(micro) if micro.isdigit() else None
        info["releaselevel"] = level
        info["serial"] = int(serial) if serial.isdigit() else 0
    return info

def version_info_from_dict(strings):
    """Reads the `interpreter_version_info` attribute.

    Args:
        strings: dict[str, str] with at least major and minor.

    Returns:
        dict as of parse_version_info.
    """
    known = ["major", "minor", "micro", "releaselevel", "serial"]
    for key in strings:
        if key not in known:
            fail("interpreter_version_info: unknown key {}; the keys are {}".format(repr(key), ", ".join(known)))
    if "major" not in strings or "minor" not in strings:
        fail("interpreter_version_info needs at least the keys major and minor")
    return {
        "major": int(strings["major"]),
        "minor": int(strings["minor"]),
        "micro": int(strings["micro"]) if "micro" in strings else None,
        "releaselevel": strings.get("releaselevel"),
        "serial": int(strings["serial"]) if "serial" in strings else None,
    }

def cache_tag(implementation_name, version_info):
    """The `sys.implementation.cache_tag` of a runtime.

    Args:
        implementation_name: str, such as `cpython`.
        version_info: struct with major and minor, or None.

    Returns:
        str, such as `cpython-312`, or None without a version. PyPy's has no dash. The free-threaded build
        of CPython has the same tag as the ordinary one.
    """
    if not implementation_name or not version_info:
        return None
    dash = "" if implementation_name == "pypy" else "-"
    return "{}{}{}{}".format(implementation_name, dash, version_info.major, version_info.minor)

def version_text(version_info):
    """`MAJOR.MINOR` of a runtime.

    Args:
        version_info: struct with major and minor, or None.

    Returns:
        str, or None if not known.
    """
    return "{}.{}".format(version_info.major, version_info.minor) if version_info else None
