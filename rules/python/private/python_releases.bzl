"""Which releases of Python are known, and where their archives are."""

load(":runtime_platforms.bzl", "is_known_platform", "platform_of")
load(":version_info.bzl", "parse_version_info")

DEFAULT_BASE_URL = "https://github.com/astral-sh/python-build-standalone/releases/download"

# How archives are called there; one that holds an installation and nothing else is what is wanted.
_MANIFEST_PREFIX = "cpython-"
_MANIFEST_SUFFIX = "-install_only.tar.gz"

def python_releases(*, archives, minor_mapping = {}, available_versions = []):
    """Puts together what is known.

    Args:
        archives: dict from MAJOR.MINOR.MICRO to dict from the name of a platform to an archive as of archive.
        minor_mapping: dict from MAJOR.MINOR to the release to take for it; by default the newest that is known.
        available_versions: list of the releases that may be taken; by default all.

    Returns:
        struct with archives, minor_mapping and available_versions.
    """
    for minor, version in minor_mapping.items():
        check_version(minor)
        check_version(version, full = True)
        if not version.startswith(minor + "."):
            fail("minor_mapping: {} is no release of {}".format(version, minor))
    for version in available_versions:
        check_version(version, full = True)
    return struct(
        archives = {
            version: platforms
            for version, platforms in archives.items()
            if not available_versions or version in available_versions
        },
        available_versions = available_versions,
        minor_mapping = minor_mapping,
    )

def known_versions(releases):
    """All releases that can be had, oldest first.

    Args:
        releases: struct as of python_releases.

    Returns:
        list of str.
    """
    return sorted({version: True for version in releases.archives.keys() + releases.available_versions}.keys(), key = version_key)

def resolve_version(releases, version, must_exist = True):
    """Finds the release for a version that was asked for.

    Args:
        releases: struct as of python_releases.
        version: str, MAJOR.MINOR or MAJOR.MINOR.MICRO.
        must_exist: bool, whether to stop if the version is not among the available ones.

    Returns:
        str: the release; MAJOR.MINOR if none is known, which stands for any on this machine.
    """
    full = version
    if version.count(".") == 1:
        full = releases.minor_mapping.get(version) or newest([
            known
            for known in known_versions(releases)
            if known.startswith(version + ".")
        ]) or version
    if must_exist and releases.available_versions and full not in releases.available_versions:
        fail("Python {}{} is not among available_python_versions: {}".format(
            version,
            " (that is {})".format(full) if full.count(".") > version.count(".") else "",
            ", ".join(releases.available_versions),
        ))
    return full

def newest(versions):
    """The newest of some releases.

    Args:
        versions: list of str.

    Returns:
        str, or None.
    """
    return sorted(versions, key = version_key)[-1] if versions else None

def version_key(version):
    """What releases are sorted by.

    Args:
        version: str, MAJOR.MINOR.MICRO, perhaps of a pre-release.

    Returns:
        tuple.
    """
    info = parse_version_info(version)

    # alpha, beta, candidate, final: the alphabet has them in order.
    return (info["major"], info["minor"], info["micro"] or 0, info["releaselevel"] or "", info["serial"] or 0)

def check_version(version, full = False):
    """Stops unless a text is a version.

    Args:
        version: str.
        full: bool, whether it has to be a release, MAJOR.MINOR.MICRO.

    Returns:
        str, the version.
    """
    info = parse_version_info(version)
    if not info or version.count(".") > 2 or (version.count(".") == 2 and info["micro"] == None):
        fail("{} is no version of Python: write MAJOR.MINOR, such as 3.12, or MAJOR.MINOR.MICRO".format(repr(version)))
    if full and info["micro"] == None:
        fail("{} has to be a release, MAJOR.MINOR.MICRO".format(repr(version)))
    return version

def archive(*, version, platform, urls, sha256, base_urls, **kwargs):
    """Describes an archive.

    Args:
        version: str, MAJOR.MINOR.MICRO.
        platform: dict as of platform_of.
        urls: list of URLs, absolute paths, labels, or paths below each of base_urls; `{python_version}` and
            `{platform}` are replaced.
        sha256: str.
        base_urls: list of URLs or absolute paths.
        **kwargs: attributes of archive_runtime_repo.

    Returns:
        dict: platform, and attributes of archive_runtime_repo.
    """
    where = "Python {} for {}".format(version, platform["name"])
    if not urls:
        fail(where + ": there are no urls for the archive")
    if not sha256:
        fail(where + ": there is no sha256 for the archive")
    full_urls = []
    for url in urls:
        url = url.replace("{python_version}", version).replace("{platform}", platform["name"])
        if "://" in url or url.startswith("/") or url.startswith("@"):
            full_urls.append(absolute_label(url))
        else:
            full_urls += ["{}/{}".format(base_url.rstrip("/"), url) for base_url in base_urls]
    return {"platform": platform, "sha256": sha256, "urls": full_urls} | kwargs

def absolute_label(text):
    """Makes a label of the root module one that means the same everywhere.

    Args:
        text: str, a label that starts with // or @, or anything else.

    Returns:
        str.
    """
    if text.startswith("//"):
        return "@@" + text
    return "@" + text if text.startswith("@//") else text

def read_manifest(text, base_urls):
    """Reads a list of checksums, as each release of python-build-standalone has one (SHA256SUMS).

    See https://gregoryszorc.com/docs/python-build-standalone/main/distributions.html for the names in it. Lines
    about other kinds of archives are passed over.

    Args:
        text: str, lines of a checksum and a file name, perhaps with directories.
        base_urls: list of URLs or absolute paths, each of which has a directory for each release.

    Returns:
        dict from version to dict from platform to archive.
    """
    found = {}
    for line in text.split("\n"):
        sha256, _, path = line.strip().partition(" ")
        path = path.strip().removeprefix("*")
        name = path.rpartition("/")[2]
        if not name.startswith(_MANIFEST_PREFIX) or not name.endswith(_MANIFEST_SUFFIX):
            continue
        version, _, rest = name.removeprefix(_MANIFEST_PREFIX).removesuffix(_MANIFEST_SUFFIX).partition("+")
        build, _, platform = rest.partition("-")

        # For microarchitecture levels and the like there is no constraint that tells machines that can run them.
        if not is_known_platform(platform):
            continue
        if "/" not in path:
            path = "{}/{}".format(build, name.replace("+", "%2B"))
        found.setdefault(check_version(version, full = True), {})[platform] = archive(
            version = version,
            platform = platform_of(platform),
            urls = [path],
            sha256 = sha256,
            base_urls = base_urls,
        )
    return found
