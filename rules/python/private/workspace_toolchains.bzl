"""Python versions for a WORKSPACE file."""

load(":python_releases.bzl", "DEFAULT_BASE_URL", "archive", "check_version", "python_releases")
load(":python_repos.bzl", "NO_COVERAGE_TOOL", "python_repos")
load(":runtime_platforms.bzl", "platform_of")
load(":version_repos.bzl", "toolchains_repo")

# In WORKSPACE, what is registered first wins, and py_repositories, which registers what is there when all else
# fails, is customarily called first. So it registers this repository before that, still empty, and who comes later
# defines it anew.
_RESERVED = "registered_python_toolchains"

def reserve_toolchains():
    """Registers the place of all toolchains that are asked for later."""
    if not native.existing_rule(_RESERVED):
        toolchains_repo(name = _RESERVED, toolchains = "[]")
    native.register_toolchains("@{}//:all".format(_RESERVED))

def python_register_toolchains(
        name,
        python_version,
        register_toolchains = True,
        register_coverage_tool = False,
        set_python_version_constraint = False,
        tool_versions = None,
        minor_mapping = None,
        base_url = DEFAULT_BASE_URL,
        distutils = None,
        distutils_content = None,
        ignore_root_user_error = None):
    """Makes the repositories of a Python version and registers its toolchains.

    Args:
        name: str, the repository with the version's parts; those of interpreters, and that of this machine
            (`_host`), have names that start with it.
        python_version: str, MAJOR.MINOR, or MAJOR.MINOR.MICRO.
        register_toolchains: bool; if not, `@NAME_toolchains//:all` is left for the caller to register.
        register_coverage_tool: accepted; has no effect, and says so.
        set_python_version_constraint: bool, whether the version serves only builds that ask for it.
        tool_versions: dict from MAJOR.MINOR.MICRO to dict with url (str or list; `{python_version}` and
            `{platform}` are replaced) and sha256 (dict from platform), perhaps strip_prefix, patches, patch_strip.
            A version that is not in it is that of the interpreter on PATH.
        minor_mapping: dict from MAJOR.MINOR to the release to take for it; by default the newest in tool_versions.
        base_url: str, what is before a url that is not complete.
        distutils: label of a distutils.cfg to put into the standard library.
        distutils_content: str, the same as text.
        ignore_root_user_error: deprecated; has no effect.
    """
    _register(
        name = name,
        names = {check_version(python_version): name},
        default_version = "" if set_python_version_constraint else python_version,
        register_coverage_tool = register_coverage_tool,
        register_toolchains = register_toolchains,
        releases = _releases(tool_versions or {}, minor_mapping or {}, base_url, distutils, distutils_content),
    )

def python_register_multi_toolchains(
        name,
        python_versions,
        default_version = None,
        register_toolchains = True,
        register_coverage_tool = False,
        tool_versions = None,
        minor_mapping = None,
        base_url = DEFAULT_BASE_URL,
        distutils = None,
        distutils_content = None,
        ignore_root_user_error = None):
    """Makes the repositories of several Python versions and registers their toolchains.

    Args:
        name: str, the repository with a package for each version (`//3.12:defs.bzl`). The repository of a version
            has it in its name: `NAME_3_12`.
        python_versions: list of str.
        default_version: str, the version that serves builds that ask for none; by default the first.
        register_toolchains: bool; if not, `@NAME_toolchains//:all` is left for the caller to register.
        register_coverage_tool: accepted; has no effect, and says so.
        tool_versions: as of python_register_toolchains.
        minor_mapping: as of python_register_toolchains.
        base_url: as of python_register_toolchains.
        distutils: as of python_register_toolchains.
        distutils_content: as of python_register_toolchains.
        ignore_root_user_error: deprecated; has no effect.
    """
    if not python_versions:
        fail("python_versions is empty")
    default_version = default_version or python_versions[0]
    if default_version not in python_versions:
        fail("default_version = {} is not among python_versions: {}".format(
            repr(default_version),
            ", ".join(python_versions),
        ))
    _register(
        name = name,
        names = {check_version(version): "{}_{}".format(name, version.replace(".", "_")) for version in python_versions},
        default_version = default_version,
        register_coverage_tool = register_coverage_tool,
        register_toolchains = register_toolchains,
        releases = _releases(tool_versions or {}, minor_mapping or {}, base_url, distutils, distutils_content),
        versions_name = name,
    )

def _releases(tool_versions, minor_mapping, base_url, distutils, distutils_content):
    changes = {"distutils": distutils, "distutils_content": distutils_content}
    archives = {}
    for version, tool in tool_versions.items():
        check_version(version, full = True)
        more = {key: tool[key] for key in ["strip_prefix", "patches", "patch_strip"] if key in tool}
        archives[version] = {
            platform: archive(
                version = version,
                platform = platform_of(platform),
                urls = [tool["url"]] if type(tool["url"]) == "string" else tool["url"],
                sha256 = sha256,
                base_urls = [base_url],
                **(more | {key: value for key, value in changes.items() if value})
            )
            for platform, sha256 in tool["sha256"].items()
        }
    return python_releases(archives = archives, minor_mapping = minor_mapping)

def _register(*, name, register_toolchains, register_coverage_tool, **kwargs):
    if register_coverage_tool:
        # buildifier: disable=print
        print(NO_COVERAGE_TOOL.format("register_coverage_tool of " + name))
    toolchains_name = name + "_toolchains"
    python_repos(toolchains_name = toolchains_name, **kwargs)
    if not register_toolchains:
        return
    known = native.existing_rule(_RESERVED)
    new = native.existing_rule(toolchains_name)
    toolchains_repo(
        name = _RESERVED,
        in_order = True,
        toolchains = json.encode((json.decode(known["toolchains"]) if known else []) + json.decode(new["toolchains"])),
    )
    native.register_toolchains("@{}//:all".format(toolchains_name))
