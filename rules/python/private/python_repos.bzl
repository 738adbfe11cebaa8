"""Makes the repositories of the Python versions that a build asks for."""

load(":archive_runtime_repo.bzl", "archive_runtime_repo")
load(":local_runtime_repo.bzl", "local_runtime_repo")
load(":python_releases.bzl", "newest", "resolve_version")
load(":runtime_platforms.bzl", "by_preference")
load(":version_repos.bzl", "host_repo", "toolchains_repo", "version_repo", "versions_repo")

NO_COVERAGE_TOOL = (
    "{} has no effect: no archive of coverage.py is known; name its entry point by coverage_tool of py_runtime, or of " +
    "python.single_version_platform_override"
)

def python_repos(*, names, releases, default_version, toolchains_name, versions_name = None, target_settings = []):
    """Makes the repositories of interpreters, and one with their toolchains.

    Args:
        names: dict from each version, as it was asked for, to the name of its repository; the first of two that
            are the same release serves.
        releases: struct as of python_releases.
        default_version: str, the version in `names` that serves builds that ask for none; may be empty.
        toolchains_name: str, the name of the repository with the toolchains.
        versions_name: str, the name of the repository with the rules of each version, if one is wanted.
        target_settings: list of labels (str) of config settings that all toolchains need.
    """
    resolved = {version: resolve_version(releases, version) for version in names}
    served = {}
    toolchains = []
    for version, name in names.items():
        runtimes = _runtime_repos(name, version, resolved[version], releases)
        if resolved[version] in served.values():
            continue
        served[version] = resolved[version]
        values = _flag_values(version, resolved, releases)
        if default_version and resolved[default_version] == resolved[version]:
            values = values + [""]
        toolchains += [runtime | {"target_settings": target_settings, "versions": values} for runtime in runtimes]
    toolchains_repo(
        name = toolchains_name,
        default_version = default_version,
        python_versions = names.keys(),
        toolchains = json.encode(toolchains),
    )
    if versions_name:
        versions_repo(name = versions_name, python_versions = names.keys())

def _flag_values(version, resolved, releases):
    """The values of the flag python_version that a version serves."""
    full = resolved[version]
    minor = ".".join(version.split(".")[:2])
    siblings = {other: True for key, other in resolved.items() if (key + ".").startswith(minor + ".")}.keys()
    preferred = resolve_version(releases, minor, must_exist = False)
    if preferred not in siblings:
        preferred = newest([other for other in siblings if other.count(".") > 1]) or minor
    values = [full] if full.count(".") > 1 else []
    return values + ([minor] if full == preferred else [])

def _runtime_repos(name, version, full, releases):
    """The repositories of one version: its interpreters, what chooses among them, and that of this machine."""
    archives = releases.archives.get(full, {})
    runtimes = []
    for platform in by_preference([archive["platform"] for archive in archives.values()]):
        archive = archives[platform["name"]]
        repo = "{}_{}".format(name, platform["name"])
        archive_runtime_repo(
            name = repo,
            freethreaded = platform["name"].endswith("-freethreaded"),
            python_version = full,
            **{key: value for key, value in archive.items() if key != "platform"}
        )
        runtimes.append({"platform": platform, "repo": repo})
    if not runtimes:
        local_runtime_repo(
            name = name + "_local",
            advice = "install it, or name an archive of Python {} (single_version_override, tool_versions)".format(full),
            interpreter_path = "python" + ".".join(full.split(".")[:2]),
            on_failure = "fail",
            python_version = full,
        )
        runtimes.append({"platform": None, "repo": name + "_local"})
    description = json.encode(runtimes)
    version_repo(name = name, python_version = version, runtimes = description)
    host_repo(name = name + "_host", own_name = name + "_host", python_version = version, runtimes = description)
    return runtimes
