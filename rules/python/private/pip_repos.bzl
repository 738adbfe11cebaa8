"""What the repositories of the packages in a lock are, for modules and for WORKSPACE."""

load(":markers.bzl", "marker_env")
load(":requirements.bzl", "normalize_name", "read_options", "read_requirements")
load(":wheel_repo.bzl", "DEFAULT_INDEX")

NO_MODIFICATIONS = (
    "{} is not offered by these rules, which take a wheel as it is; leave files out with pip_data_exclude, and add to " +
    "a package with a py_library of your own that depends on it"
)

LOCK_ATTRS = {
    "add_libdir_to_library_search_path": attr.bool(doc = "Accepted: nothing is built that could search for libraries."),
    "auth_patterns": attr.string_dict(doc = "As of http_archive."),
    "download_only": attr.bool(doc = "Accepted: nothing but wheels is taken anyway."),
    "enable_implicit_namespace_pkgs": attr.bool(doc = "Accepted: a directory without `__init__.py` is a namespace package anyway."),
    "environment": attr.string_dict(doc = "Accepted: there is no pip that could have an environment."),
    "envsubst": attr.string_list(doc = """\
Environment variables whose values stand for `$NAME`, `${NAME}` and `${NAME:-DEFAULT}` in `extra_pip_args` and in the
URLs of indexes.
"""),
    "experimental_extra_index_urls": attr.string_list(doc = "More package indexes, beside `experimental_index_url`."),
    "experimental_index_url": attr.string(doc = "A package index, instead of that of the lock."),
    "experimental_index_url_overrides": attr.string_dict(doc = "From packages to the index that each is from."),
    "experimental_requirement_cycles": attr.string_list_dict(doc = """\
Packages that depend on each other in a circle, by a name for the circle. Who depends on one of them has them all.
"""),
    "experimental_target_platforms": attr.string_list(doc = "Accepted; the wheels are those for this machine."),
    "extra_hub_aliases": attr.string_list_dict(doc = "Accepted: a wheel has no further targets here."),
    "extra_pip_args": attr.string_list(doc = """\
`--find-links`, `--index-url`, `--extra-index-url` and `--no-index`, beside those in the lock. There is no pip that
could take others.
"""),
    "isolated": attr.bool(default = True, doc = "Accepted: the environment is not looked at anyway."),
    "netrc": attr.string(doc = "As of http_archive."),
    "parse_all_requirements_files": attr.bool(doc = "Accepted; has no effect."),
    "pip_data_exclude": attr.string_list(doc = "Glob patterns of files that programs do not need."),
    "python_version": attr.string(doc = "The Python the lock is for, MAJOR.MINOR; by default that of builds that ask for none."),
    "quiet": attr.bool(default = True, doc = "Accepted; has no effect."),
    "requirements_by_platform": attr.label_keyed_string_dict(doc = "From locks to the systems they are for, such as `linux_*,osx_aarch64`."),
    "requirements_darwin": attr.label(allow_single_file = True, doc = "The lock for macOS, if it has one of its own."),
    "requirements_linux": attr.label(allow_single_file = True, doc = "The lock for Linux, if it has one of its own."),
    "requirements_lock": attr.label(allow_single_file = True, doc = "The lock: a file of requirements with `NAME==VERSION`, best with `--hash`."),
    "requirements_windows": attr.label(allow_single_file = True, doc = "The lock for Windows, if it has one of its own."),
    "simpleapi_skip": attr.string_list(doc = "Accepted; has no effect."),
    "target_platforms": attr.string_list(doc = "Accepted; the wheels are those for this machine."),
    "timeout": attr.int(default = 600, doc = "Accepted; has no effect."),
    "use_hub_alias_dependencies": attr.bool(doc = "Accepted; has no effect."),
}

def lock_of(tag, os, where):
    """The lock for this machine.

    Args:
        tag: a struct with the fields of LOCK_ATTRS.
        os: repository_os.
        where: str, what to call the tag in a message.

    Returns:
        Label.
    """
    env = marker_env(os, "3.0")
    system = {"darwin": "osx", "win32": "windows"}.get(env["sys_platform"], env["sys_platform"])
    machine = {"AMD64": "x86_64", "arm64": "aarch64"}.get(env["platform_machine"], env["platform_machine"])
    for label, platforms in tag.requirements_by_platform.items():
        for platform in platforms.split(","):
            if platform.strip() in [system + "_" + machine, system + "_*", system]:
                return label
    own = {
        "linux": tag.requirements_linux,
        "osx": tag.requirements_darwin,
        "windows": tag.requirements_windows,
    }.get(system)
    if not own and not tag.requirements_lock:
        fail("{}: there is no lock for {}: set requirements_lock".format(where, system))
    return own or tag.requirements_lock

def wheel_repo_attrs(ctx, tag, lock, repo_prefix):
    """The repositories of the packages in a lock.

    Args:
        ctx: module_ctx or repository_ctx.
        tag: a struct with the fields of LOCK_ATTRS.
        lock: Label.
        repo_prefix: str, what the names of the repositories start with.

    Returns:
        dict from the normalized names of the packages to the attributes of wheel_repo.
    """
    found = read_requirements(ctx.read(lock), str(lock), marker_env(ctx.os, tag.python_version))
    more = read_options([_expanded(ctx, tag.envsubst, each) for each in tag.extra_pip_args], "extra_pip_args")
    indexes = [each for each in [tag.experimental_index_url] + tag.experimental_extra_index_urls if each]
    indexes = [_expanded(ctx, tag.envsubst, each) for each in indexes] or found.options.indexes + more.indexes
    if found.options.no_index or more.no_index:
        indexes = []
    elif not indexes:
        indexes = [DEFAULT_INDEX]
    own_index = {
        normalize_name(name): [_expanded(ctx, tag.envsubst, index)]
        for name, index in tag.experimental_index_url_overrides.items()
    }
    cycles = {}
    for names in tag.experimental_requirement_cycles.values():
        members = [name for name in [normalize_name(name) for name in names] if name in found.packages]
        for name in members:
            if name in cycles:
                fail("experimental_requirement_cycles: {} is in two circles; make them one".format(name))
            cycles[name] = members
    common = {
        "auth_patterns": tag.auth_patterns,
        "data_exclude": tag.pip_data_exclude,
        "find_links": found.options.find_links + more.find_links,
        "lock": str(lock),
        "locked": found.packages.keys(),
        "netrc": tag.netrc,
        "python_version": tag.python_version,
        "repo_prefix": repo_prefix,
    }
    return {
        name: common | {
            "cycle": cycles.get(name, []),
            "indexes": own_index.get(name, indexes),
            "name": repo_prefix + name,
            "package": json.encode(package),
        }
        for name, package in found.packages.items()
    }

def _expanded(ctx, names, text):
    """A text with the values of environment variables in it."""
    for name in names:
        # A Bazel that cannot tell when to evaluate again still knows the environment.
        value = ctx.getenv(name) if hasattr(ctx, "getenv") else ctx.os.environ.get(name)
        head, start, rest = text.partition("${" + name + ":-")
        if start:
            default, _, rest = rest.partition("}")
            text = head + (value or default) + rest
        text = text.replace("${" + name + "}", value or "").replace("$" + name, value or "")
    return text
