"""Reads files of requirements with versions and checksums, as pip-compile and uv write them.

https://pip.pypa.io/en/stable/reference/requirements-file-format/
"""

load(":markers.bzl", "marker_holds")

# Options with a value that say where packages are from, and the field that they go to.
_SOURCES = {
    "--extra-index-url": "indexes",
    "--find-links": "find_links",
    "--index-url": "indexes",
    "-f": "find_links",
    "-i": "indexes",
}

# Options that change nothing about which wheel is taken here.
_WITHOUT_EFFECT = [
    "--disable-pip-version-check",
    "--isolated",
    "--no-cache-dir",
    "--no-deps",
    "--only-binary",
    "--prefer-binary",
    "--quiet",
    "--require-hashes",
    "--trusted-host",
    "-q",
]

def normalize_name(name):
    """The name of a package as its repository and its target have it.

    Args:
        name: str, in any spelling (https://packaging.python.org/en/latest/specifications/name-normalization/).

    Returns:
        str: lower case, with `_` for every run of `-`, `_` and `.`.
    """
    parts = name.strip().lower().replace("-", "_").replace(".", "_").split("_")
    return "_".join([part for part in parts if part])

def read_options(words, where):
    """Reads options of pip.

    Args:
        words: list of str.
        where: str, what to call their place in a message.

    Returns:
        struct with find_links and indexes (lists of str), and no_index (bool).
    """
    found = {"find_links": [], "indexes": []}
    no_index = False
    expected = None
    for word in words:
        if expected != None:
            if expected in _SOURCES:
                found[_SOURCES[expected]].append(word)
            expected = None
            continue
        option, equals, value = word.partition("=")
        if option == "--no-index":
            no_index = True
        elif option in _SOURCES and equals:
            found[_SOURCES[option]].append(value)
        elif option in _SOURCES or (option in ["--only-binary", "--trusted-host"] and not equals):
            expected = option
        elif option not in _WITHOUT_EFFECT:
            fail("{}: the option {} is not known here, where no pip runs: wheels are looked up and unpacked".format(where, word))
    return struct(find_links = found["find_links"], indexes = found["indexes"], no_index = no_index)

def read_requirements(text, where, env):
    """Reads a file of requirements.

    Args:
        text: str.
        where: str, what to call the file in a message.
        env: dict as of marker_holds; requirements whose marker does not hold are left out.

    Returns:
        struct with packages (dict from the normalized name to a dict with name, version, url, extras and hashes) and
        options (as of read_options).
    """
    packages = {}
    words = []
    for line in _logical_lines(text):
        if line.startswith("-"):
            if line.split(" ")[0].split("=")[0] in ["-r", "--requirement", "-c", "--constraint", "-e", "--editable"]:
                fail("{}: {}: a lock has all packages in itself, as wheels; compile it to one file".format(where, line))
            words += [word for word in line.split(" ") if word]
            continue
        package = _requirement(line, where, env)
        if not package:
            continue
        key = normalize_name(package["name"])
        if key in packages and packages[key] != package:
            fail("{}: {} is there twice, and both are for {} and Python {}".format(
                where,
                package["name"],
                env["sys_platform"],
                env["python_version"],
            ))
        packages[key] = package
    return struct(options = read_options(words, where), packages = packages)

def _logical_lines(text):
    lines = []
    pending = ""
    for line in text.replace("\r\n", "\n").split("\n"):
        if line.lstrip().startswith("#"):
            line = ""
        line = line.partition(" #")[0].strip()
        if line.endswith("\\"):
            pending += line[:-1].strip() + " "
            continue
        line = (pending + line).strip()
        pending = ""
        if line:
            lines.append(line.replace("\t", " "))
    return lines + ([pending.strip()] if pending.strip() else [])

def _requirement(line, where, env):
    hashes = []
    words = []
    for word in [word for word in line.split(" ") if word]:
        if word.startswith("--hash="):
            kind, _, value = word.removeprefix("--hash=").partition(":")
            if kind != "sha256":
                fail("{}: {}: only sha256 is supported".format(where, word))
            hashes.append(value)
        elif word.startswith("--"):
            fail("{}: {}: the option {} is not known here, where no pip runs".format(where, line, word))
        else:
            words.append(word)
    requirement, semicolon, marker = " ".join(words).partition(" ;" if " @ " in line else ";")
    if semicolon and not marker_holds(marker, env, where):
        return None
    url = ""
    version = ""
    if " @ " in requirement:
        name, _, url = requirement.partition(" @ ")
        url, _, fragment = url.strip().partition("#")
        hashes += [part.removeprefix("sha256=") for part in fragment.split("&") if part.startswith("sha256=")]
    else:
        name, equals, version = requirement.partition("==")
        version = version.lstrip("=").strip()
        if not equals or "," in version or "*" in version:
            fail("{}: {}: a lock has one version of each package, as NAME==VERSION".format(where, requirement))
    name, _, extras = name.strip().partition("[")
    return {
        "extras": sorted([normalize_name(extra) for extra in extras.rstrip("] ").split(",") if extra.strip()]),
        "hashes": hashes,
        "name": name.strip(),
        "url": url,
        "version": version,
    }
