"""What the tags of the module extension `python` mean."""

load("@bazel_tools//tools/build_defs/repo:utils.bzl", "get_auth")
load(":python_releases.bzl", "DEFAULT_BASE_URL", "absolute_label", "archive", "check_version", "known_versions", "python_releases", "read_manifest", "resolve_version")
load(":python_repos.bzl", "NO_COVERAGE_TOOL", "python_repos")
load(":runtime_platforms.bzl", "platform_of")

def _python_impl(module_ctx):
    roots = [module for module in module_ctx.modules if module.is_root]
    tags = roots[0].tags if roots else None
    override = _at_most_one(tags.override, "override") if tags else None
    base_urls = _base_urls(override)
    releases = python_releases(
        archives = _archives(module_ctx, tags, override, base_urls),
        available_versions = override.available_python_versions if override else [],
        minor_mapping = override.minor_mapping if override else {},
    )
    versions = {}
    for module in module_ctx.modules:
        for version in _toolchain_versions(module):
            versions[version] = True
    if override and override.register_all_versions:
        for version in known_versions(releases):
            versions[version] = True
    names = {version: "python_" + version.replace(".", "_") for version in versions}
    default_version = _default_version(module_ctx, tags) if tags else ""
    if default_version and default_version not in names:
        full = resolve_version(releases, default_version, must_exist = False)
        same = [version for version in names if resolve_version(releases, version) == full]
        if not same:
            fail("the default is Python {0}, for which there is no toolchain: add python.toolchain(python_version = \"{0}\")".format(
                default_version,
            ))
        default_version = same[0]
    python_repos(
        default_version = default_version,
        names = names,
        releases = releases,
        target_settings = [absolute_label(text) for text in override.add_target_settings] if override else [],
        toolchains_name = "pythons_hub",
        versions_name = "python_versions",
    )

def _at_most_one(tags, name):
    if len(tags) > 1:
        fail("there may be one python.{}, not {}".format(name, len(tags)))
    return tags[0] if tags else None

def _base_urls(override):
    urls = (override.base_urls + [override.base_url]) if override else []
    return [url for url in urls if url] or [DEFAULT_BASE_URL]

def _toolchain_versions(module):
    """The versions a module asks for; one it asks for twice is a mistake, one others ask for too is not."""
    found = {}
    for tag in module.tags.toolchain:
        version = check_version(tag.python_version)
        if version in found:
            fail("the module {} has two python.toolchain for Python {}".format(repr(module.name), version))
        found[version] = True
        if module.is_root and tag.configure_coverage_tool:
            # buildifier: disable=print
            print(NO_COVERAGE_TOOL.format("configure_coverage_tool"))
    return found.keys()

def _default_version(module_ctx, tags):
    """The version for builds that ask for none, as the root module says; empty if it does not."""
    defaults = _at_most_one(tags.defaults, "defaults")
    if defaults:
        return check_version(_version_of_defaults(module_ctx, defaults))
    marked = [tag.python_version for tag in tags.toolchain if tag.is_default]
    if len(marked) > 1:
        fail("is_default is set for more than one version: " + ", ".join(marked))
    if not marked and len(tags.toolchain) == 1:
        marked = [tags.toolchain[0].python_version]
    return marked[0] if marked else ""

def _version_of_defaults(module_ctx, defaults):
    sources = [
        name
        for name in ["python_version", "python_version_file", "pyproject_toml"]
        if getattr(defaults, name)
    ]
    if len(sources) > 1:
        fail("python.defaults: only one of {} may be set".format(" and ".join(sources)))
    if defaults.python_version_env:
        version = _getenv(module_ctx, defaults.python_version_env)
        if version:
            return version
    if defaults.python_version:
        return defaults.python_version
    if defaults.python_version_file:
        return _first_version(module_ctx.read(defaults.python_version_file), defaults.python_version_file)
    if defaults.pyproject_toml:
        return _required_version(module_ctx.read(defaults.pyproject_toml), defaults.pyproject_toml)
    fail("python.defaults: none of python_version, python_version_file and pyproject_toml is set" +
         (", nor is the environment variable " + defaults.python_version_env if defaults.python_version_env else ""))

def _getenv(module_ctx, name):
    # A Bazel that cannot tell when to evaluate again still knows the environment.
    return module_ctx.getenv(name) if hasattr(module_ctx, "getenv") else module_ctx.os.environ.get(name)

def _first_version(text, label):
    """The version in a file as pyenv and uv have it: the first line that is not empty and no comment."""
    for line in text.split("\n"):
        line = line.partition("#")[0].strip()
        if line:
            return line
    fail("{}: there is no version in it".format(label))

def _required_version(text, label):
    """The version that `requires-python` of a pyproject.toml fixes (https://packaging.python.org/specifications/pyproject-toml)."""
    table = ""
    for line in text.split("\n"):
        line = line.strip()
        if line.startswith("["):
            table = line.partition("#")[0].strip()
        key, _, value = line.partition("=")
        if table == "[project]" and key.strip().strip("\"'") == "requires-python":
            value = value.strip()
            specifier = value[1:].partition(value[:1])[0].strip() if value[:1] in ["\"", "'"] else ""
            version = specifier.removeprefix("==").strip().removesuffix(".*")
            if not specifier.startswith("==") or specifier.startswith("===") or "," in specifier:
                fail("{}: requires-python = {} does not fix a version, as ==3.12.* does; use python_version".format(
                    label,
                    value,
                ))
            return version
    fail("{}: there is no requires-python in [project]".format(label))

def _archives(module_ctx, tags, override, base_urls):
    """All archives that are known: those of the manifests, changed and added to by the overrides."""
    found = {}
    if not tags:
        return found
    for text in _manifests(module_ctx, override):
        for version, platforms in read_manifest(text, base_urls).items():
            found.setdefault(version, {}).update(platforms)
    seen = {}
    for tag in tags.single_version_override:
        version = check_version(tag.python_version, full = True)
        if version in seen:
            fail("there are two python.single_version_override for Python {}".format(version))
        seen[version] = True
        found[version] = _override_version(found.get(version, {}), version, tag, base_urls)
    for tag in tags.single_version_platform_override:
        version = check_version(tag.python_version, full = True)
        if (version, tag.platform) in seen:
            fail("there are two python.single_version_platform_override for Python {} and {}".format(version, tag.platform))
        seen[(version, tag.platform)] = True
        platforms = found.setdefault(version, {})
        platforms[tag.platform] = _override_platform(platforms.get(tag.platform, {}), version, tag, base_urls)
    if not override:
        return found
    auth = {"auth_patterns": override.auth_patterns, "netrc": override.netrc}
    return {
        version: {name: each | auth for name, each in platforms.items()}
        for version, platforms in found.items()
    }

def _manifests(module_ctx, override):
    if not override:
        return []
    texts = [module_ctx.read(label) for label in override.add_runtime_manifest_files]
    if override.runtime_manifest_sha and len(override.add_runtime_manifest_urls) != 1:
        fail("python.override: runtime_manifest_sha is the checksum of one manifest, and there are {} in add_runtime_manifest_urls".format(
            len(override.add_runtime_manifest_urls),
        ))
    for index, url in enumerate(override.add_runtime_manifest_urls):
        name = "manifest_{}.txt".format(index)
        url = "file://" + url if url.startswith("/") else url

        # What get_auth takes is the context of a repository rule with these two attributes.
        module_ctx.download(
            url = url,
            auth = get_auth(struct(attr = override, os = module_ctx.os, path = module_ctx.path, read = module_ctx.read), [url]),
            output = name,
            sha256 = override.runtime_manifest_sha,
        )
        texts.append(module_ctx.read(name))
    return texts

def _override_version(known, version, tag, base_urls):
    """The archives of one version: with checksums for each platform, or changes to those that are known."""
    distutils = {}
    if tag.distutils:
        distutils["distutils"] = tag.distutils
    if tag.distutils_content:
        distutils["distutils_content"] = tag.distutils_content
    if tag.sha256:
        if not tag.urls:
            fail("python.single_version_override for Python {}: sha256 is set, and urls is not".format(version))
        known = {
            name: archive(
                version = version,
                platform = platform_of(name),
                urls = tag.urls,
                sha256 = sha256,
                base_urls = base_urls,
            )
            for name, sha256 in tag.sha256.items()
        }
    elif tag.urls:
        fail("python.single_version_override for Python {}: urls is set, and sha256 is not".format(version))
    elif not known:
        fail("python.single_version_override for Python {}: no archive of it is known: give urls and sha256".format(version))
    changes = distutils | _patches(tag)
    if tag.strip_prefix:
        changes["strip_prefix"] = tag.strip_prefix
    return {name: each | changes for name, each in known.items()}

def _override_platform(known, version, tag, base_urls):
    """The archive for one platform: a new one, or changes to the one that is known."""
    platform = platform_of(
        tag.platform,
        arch = tag.arch,
        os_name = tag.os_name,
        target_compatible_with = [absolute_label(text) for text in tag.target_compatible_with],
        target_settings = [absolute_label(text) for text in tag.target_settings],
    )
    result = known | {"platform": platform} | _patches(tag)
    if tag.urls or not known:
        result |= archive(
            version = version,
            platform = platform,
            urls = tag.urls or known.get("urls", []),
            sha256 = tag.sha256,
            base_urls = base_urls,
        )
    elif tag.sha256:
        result["sha256"] = tag.sha256
    if tag.strip_prefix:
        result["strip_prefix"] = tag.strip_prefix
    if tag.coverage_tool:
        result["coverage_tool"] = str(tag.coverage_tool)
    return result

def _patches(tag):
    return {"patch_strip": tag.patch_strip, "patches": tag.patches} if tag.patches else {}

_defaults = tag_class(
    doc = "The version for builds that ask for none. Counts in the root module only.",
    attrs = {
        "pyproject_toml": attr.label(doc = "A pyproject.toml whose `requires-python` fixes a version (`==3.12.*`)."),
        "python_version": attr.string(doc = "The version."),
        "python_version_env": attr.string(doc = "An environment variable; if it is set, its value wins."),
        "python_version_file": attr.label(doc = "A file with the version in its first line, such as .python-version."),
    },
)

_toolchain = tag_class(
    doc = """\
Asks for a Python version: MAJOR.MINOR, or a release, MAJOR.MINOR.MICRO.

It is unpacked from an archive, if one is known for the version (single_version_override,
single_version_platform_override, add_runtime_manifest_files of override). Otherwise the interpreter of this version
on PATH of the machine serves.
""",
    attrs = {
        "configure_coverage_tool": attr.bool(doc = "Accepted; see coverage_tool of single_version_platform_override."),
        "ignore_root_user_error": attr.bool(doc = "Deprecated: has no effect."),
        "is_default": attr.bool(doc = """\
Whether the version serves builds that ask for none. Counts in the root module only, and not if it has `defaults`. The
only version of the root module is the default anyway.
"""),
        "python_version": attr.string(mandatory = True, doc = "The version."),
    },
)

_override = tag_class(
    doc = "What holds for all versions. Counts in the root module only.",
    attrs = {
        "add_runtime_manifest_files": attr.label_list(doc = "Lists of checksums and archives, SHA256SUMS of a release of python-build-standalone."),
        "add_runtime_manifest_urls": attr.string_list(doc = "The same, by URL or absolute path."),
        "add_target_settings": attr.string_list(doc = "Labels of config settings that have to match for any of the toolchains."),
        "auth_patterns": attr.string_dict(doc = "From servers to how they are told who asks, as of http_archive."),
        "available_python_versions": attr.string_list(doc = "The releases that may be taken; by default all."),
        "base_url": attr.string(doc = "As base_urls, for one."),
        "base_urls": attr.string_list(doc = "What archives are below that have no complete URL: URLs or absolute paths."),
        "ignore_root_user_error": attr.bool(doc = "Deprecated: has no effect."),
        "minor_mapping": attr.string_dict(doc = "From MAJOR.MINOR to the release to take for it; by default the newest known."),
        "netrc": attr.string(doc = "The file with passwords for servers, as of http_archive; by default that of the user."),
        "register_all_versions": attr.bool(doc = "Whether there are toolchains for all releases that are known."),
        "runtime_manifest_sha": attr.string(doc = "The checksum (SHA-256) of the manifest in add_runtime_manifest_urls."),
    },
)

_ARCHIVE_ATTRS = {
    "patch_strip": attr.int(doc = "How many leading directories to drop from names in the patches."),
    "patches": attr.label_list(doc = "Patches for the unpacked files."),
    "python_version": attr.string(mandatory = True, doc = "The release, MAJOR.MINOR.MICRO."),
    "strip_prefix": attr.string(doc = "The directory in the archive that holds the interpreter; by default `python`."),
    "urls": attr.string_list(doc = """\
Where the archive is: URLs, absolute paths, labels, or paths below base_urls. `{python_version}` and `{platform}` are
replaced.
"""),
}

_single_version_override = tag_class(
    doc = "Where the archives of one release are. Counts in the root module only.",
    attrs = _ARCHIVE_ATTRS | {
        "distutils": attr.label(doc = "A distutils.cfg to put into the standard library."),
        "distutils_content": attr.string(doc = "The same, as text."),
        "sha256": attr.string_dict(doc = "From the names of platforms to the checksums of their archives."),
    },
)

_single_version_platform_override = tag_class(
    doc = "Where the archive of one release for one platform is. Counts in the root module only.",
    attrs = _ARCHIVE_ATTRS | {
        "arch": attr.string(doc = "The processor, such as x86_64, if the name of the platform does not start with it."),
        "coverage_tool": attr.label(doc = "The entry point of coverage.py, `coverage/__main__.py`, for `bazel coverage`."),
        "os_name": attr.string(doc = "The system, such as linux, if the name of the platform does not say it."),
        "platform": attr.string(mandatory = True, doc = "A known platform, such as x86_64-unknown-linux-gnu, or a name of your own."),
        "sha256": attr.string(doc = "The checksum of the archive."),
        "target_compatible_with": attr.string_list(doc = "Labels of constraint values, instead of those of system and processor."),
        "target_settings": attr.string_list(doc = "Labels of config settings, instead of those of C library and free-threading."),
    },
)

python = module_extension(
    implementation = _python_impl,
    doc = "Python interpreters for the build, their toolchains, and repositories that stand for a version.",
    tag_classes = {
        "defaults": _defaults,
        "override": _override,
        "single_version_override": _single_version_override,
        "single_version_platform_override": _single_version_platform_override,
        "toolchain": _toolchain,
    },
)
