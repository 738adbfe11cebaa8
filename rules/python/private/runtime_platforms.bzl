"""What the name of a platform says, in the way archives of interpreters are named.

A name is a target triple such as `x86_64-unknown-linux-gnu`, with `-freethreaded` behind it for a build without
the global interpreter lock.
"""

_FLAGS = "//python/config_settings:"

_CPUS = {
    "aarch64": Label("@platforms//cpu:aarch64"),
    "armv7": Label("@platforms//cpu:armv7"),
    "i686": Label("@platforms//cpu:x86_32"),
    "ppc64le": Label("@platforms//cpu:ppc64le"),
    "riscv64": Label("@platforms//cpu:riscv64"),
    "s390x": Label("@platforms//cpu:s390x"),
    "x86_64": Label("@platforms//cpu:x86_64"),
}

_SYSTEMS = {
    "darwin": ("osx", Label("@platforms//os:macos")),
    "linux": ("linux", Label("@platforms//os:linux")),
    "windows": ("windows", Label("@platforms//os:windows")),
}

# From `os_name` and `arch` of the tag, as the repositories of interpreters have always called them.
_OS_NAMES = {
    "linux": "linux",
    "mac": "darwin",
    "mac os x": "darwin",
    "macos": "darwin",
    "osx": "darwin",
    "windows": "windows",
}
_ARCHES = {"amd64": "x86_64", "arm64": "aarch64", "x86": "i686"}

_FREETHREADED = "-freethreaded"

def platform_of(name, os_name = "", arch = "", target_compatible_with = [], target_settings = []):
    """Tells where an interpreter runs, and for which programs it is taken.

    Args:
        name: str, the platform's name; any name will do if os_name and arch, or target_compatible_with, are given.
        os_name: str, such as linux, osx or windows, instead of that in the name.
        arch: str, such as x86_64, instead of that in the name.
        target_compatible_with: list of labels (str) of constraint values, instead of those of the system and the
            processor.
        target_settings: list of labels (str) of config settings, instead of those of the C library and of
            free-threading.

    Returns:
        dict that JSON can hold: name, arch, system, constraints, flag_values and target_settings. arch and system
        are None if nothing tells them.
    """
    parts = name.removesuffix(_FREETHREADED).split("-")
    arch = arch or parts[0]
    arch = _ARCHES.get(arch, arch)
    if os_name:
        system = _OS_NAMES.get(os_name)
        if not system:
            fail("os_name = {} is not one of {}".format(repr(os_name), ", ".join(sorted(_OS_NAMES))))
    else:
        named = [part for part in parts if part in _SYSTEMS]
        system = named[0] if named else None
    if not target_compatible_with:
        if not system or arch not in _CPUS:
            fail(("the platform {} says neither system nor processor, as x86_64-unknown-linux-gnu does: " +
                  "give os_name and arch, or target_compatible_with").format(repr(name)))
        target_compatible_with = [str(_SYSTEMS[system][1]), str(_CPUS[arch])]
    flag_values = {}
    if not target_settings:
        flag_values[str(Label(_FLAGS + "py_freethreaded"))] = "yes" if name.endswith(_FREETHREADED) else "no"
        if system == "linux":
            flag_values[str(Label(_FLAGS + "py_linux_libc"))] = "musl" if "musl" in parts else "glibc"
    return {
        "arch": arch if arch in _CPUS else None,
        "constraints": target_compatible_with,
        "flag_values": flag_values,
        "name": name,
        "system": system,
        "target_settings": target_settings,
    }

def is_known_platform(name):
    """Tells whether the name alone says what platform_of has to know.

    Args:
        name: str.

    Returns:
        bool.
    """
    parts = name.split("-")
    return parts[0] in _CPUS and bool([part for part in parts if part in _SYSTEMS])

def is_host(platform, os):
    """Tells whether interpreters of a platform run where repositories are made.

    Args:
        platform: dict as of platform_of.
        os: repository_os, `rctx.os`.

    Returns:
        bool.
    """
    system = "windows" if os.name.startswith("windows") else _OS_NAMES.get(os.name)
    return platform["system"] == system and platform["arch"] == _ARCHES.get(os.arch, os.arch)

def by_preference(platforms):
    """Sorts platforms so that the first of those that fit is the common one.

    Args:
        platforms: list of dicts as of platform_of.

    Returns:
        list: glibc before musl, builds with the global interpreter lock before those without.
    """
    return sorted(platforms, key = lambda each: (each["name"].endswith(_FREETHREADED), "musl" in each["name"], each["name"]))
