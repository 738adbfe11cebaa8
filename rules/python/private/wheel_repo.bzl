"""A repository for one package of a lock: its wheel, unpacked."""

load("@bazel_tools//tools/build_defs/repo:utils.bzl", "get_auth")
load(":markers.bzl", "marker_env", "marker_holds")
load(":requirements.bzl", "normalize_name")
load(":wheel_choice.bzl", "parse_wheel_name", "same_version", "wheel_rank")

DEFAULT_INDEX = "https://pypi.org/simple"

_BUILD = """\
load("{py_library}", "py_library")

package(default_visibility = ["//visibility:public"])

exports_files([{wheel}])

filegroup(
    name = "dist_info",
    srcs = glob(["site-packages/*.dist-info/**"], allow_empty = True, exclude = {exclude}),
)

filegroup(
    name = "data",
    srcs = glob(["bin/**", "data/**", "include/**"], allow_empty = True, exclude = {exclude}),
)

filegroup(
    name = "extracted_whl_files",
    srcs = glob(["bin/**", "data/**", "include/**", "site-packages/**"], allow_empty = True, exclude = {exclude}),
)

filegroup(
    name = "{prefix}whl",
    srcs = [{wheel}],
    data = {whl_deps},
)

py_library(
    name = "{prefix}pkg",
    srcs = glob(["site-packages/**/*.py"], allow_empty = True, exclude = {exclude}),
    data = glob(
        ["data/**", "site-packages/**"],
        allow_empty = True,
        exclude = {exclude} + ["**/*.py", "**/*.pyc", "**/*.pyi"],
    ),
    imports = ["site-packages"],
    pyi_srcs = glob(["site-packages/**/*.pyi"], allow_empty = True, exclude = {exclude}),
    deps = {deps},
)
"""

# Each package of a circle is all of it; what they are without each other is in targets of their own.
_CYCLE = """
filegroup(
    name = "whl",
    srcs = [":_whl"],
    data = {whls},
)

py_library(
    name = "pkg",
    deps = {pkgs},
)
"""

def _wheel_repo_impl(rctx):
    package = json.decode(rctx.attr.package)
    where = "{} {}".format(package["name"], package["version"] or "@ " + package["url"])
    env = marker_env(rctx.os, rctx.attr.python_version)
    wheel = _fetch(rctx, package, env, where)
    rctx.file("wheel.txt", wheel)

    # Not every Bazel takes a wheel for the zip file that it is.
    rctx.symlink(wheel, "wheel.zip")
    rctx.extract("wheel.zip", "site-packages")
    parsed = parse_wheel_name(wheel)
    metadata = None
    for entry in rctx.path("site-packages").readdir():
        name, _, kind = entry.basename.rpartition(".")
        if kind == "dist-info" and normalize_name(name.partition("-")[0]) == parsed.name:
            metadata = rctx.read(entry.get_child("METADATA"))
        elif kind == "data" and normalize_name(name.partition("-")[0]) == parsed.name:
            for directory in entry.readdir():
                if directory.basename in _INSTALLED:
                    prefix = "{}/{}".format(entry.basename, directory.basename)
                    rctx.extract("wheel.zip", _INSTALLED[directory.basename], stripPrefix = prefix)
            rctx.delete(entry)
    rctx.delete("wheel.zip")
    if metadata == None:
        fail("{}: the wheel {} has no METADATA".format(where, wheel))
    deps = _requires(metadata, package["extras"], env, where)
    missing = [name for name in deps if name not in rctx.attr.locked]
    if missing:
        fail("{}: it requires {}, which the lock does not have; compile the lock again".format(where, ", ".join(missing)))
    cycle = rctx.attr.cycle
    deps = [name for name in deps if name != parsed.name and name not in cycle]
    more = _CYCLE.format(
        pkgs = repr(_targets(rctx, cycle, "_pkg")),
        whls = repr(_targets(rctx, cycle, "_whl")),
    ) if cycle else ""
    rctx.file("BUILD.bazel", _BUILD.format(
        deps = repr(_targets(rctx, deps, "pkg")),
        # Of changing content, or (names with a space) not taken by Bazel.
        exclude = repr(["**/* *", "**/__pycache__/**"] + rctx.attr.data_exclude),
        py_library = Label("//python:py_library.bzl"),
        prefix = "_" if cycle else "",
        wheel = repr(wheel),
        whl_deps = repr(_targets(rctx, deps, "whl")),
    ) + more)

def _targets(rctx, names, target):
    return ["@{}{}//:{}".format(rctx.attr.repo_prefix, name, target) for name in names]

# https://packaging.python.org/en/latest/specifications/binary-distribution-format/#the-data-directory
_INSTALLED = {
    "data": "data",
    "headers": "include",
    "platlib": "site-packages",
    "purelib": "site-packages",
    "scripts": "bin",
}

def _requires(metadata, extras, env, where):
    """The packages that the metadata of a wheel ask for, by normalized name."""
    found = {}
    for line in metadata.split("\n"):
        if not line.strip():
            break  # what follows is the description
        if not line.startswith("Requires-Dist:"):
            continue
        requirement, _, marker = line.removeprefix("Requires-Dist:").strip().partition(";")
        name = requirement
        for char in "[(<>=!~ @".elems():
            name = name.partition(char)[0]
        holds = not marker.strip()
        for extra in [""] + extras:
            holds = holds or marker_holds(marker, env | {"extra": extra}, where)
        if holds:
            found[normalize_name(name)] = True
    return found.keys()

def _fetch(rctx, package, env, where):
    """Downloads the wheel of a package; its file name."""
    if package["url"]:
        name = package["url"].rpartition("/")[2].replace("%2B", "+")
        if not parse_wheel_name(name):
            fail("{}: {} is no wheel, and nothing is built here".format(where, name))
        return _download(rctx, [_url(rctx, package["url"])], name, package["hashes"], where)
    musl = bool([each for each in _children(rctx, "/lib") if each.startswith("ld-musl-")])
    seen = []
    ranked = []
    for name, url, sha256 in _candidates(rctx, package["name"], where):
        wheel = parse_wheel_name(name)
        if not wheel and _is_source_archive(name, package):
            seen.append(name)
        if not wheel or wheel.name != normalize_name(package["name"]) or not same_version(wheel.version, package["version"]):
            continue
        rank = wheel_rank(wheel, env, musl)
        if rank and (not sha256 or not package["hashes"] or sha256 in package["hashes"]):
            ranked.append((rank, name, url))
        seen.append(name)
    if not ranked:
        fail("{}: no wheel for Python {} on {} ({}) in {}; {}. Nothing is built from sources here: put a wheel there".format(
            where,
            env["python_version"],
            env["sys_platform"],
            env["platform_machine"],
            ", ".join(rctx.attr.find_links + rctx.attr.indexes) or "the empty list of places to look in",
            "there is " + ", ".join(seen) if seen else "there is none of this version at all",
        ))
    _, name, url = sorted(ranked)[0]
    return _download(rctx, [url], name, package["hashes"], where)

def _is_source_archive(name, package):
    """Whether a file is what a package is built from."""
    stem = name.removesuffix(".tar.gz").removesuffix(".zip")
    known, _, version = stem.rpartition("-")
    return stem != name and normalize_name(known) == normalize_name(package["name"]) and same_version(version, package["version"])

def _download(rctx, urls, name, hashes, where):
    sha256 = hashes[0] if len(hashes) == 1 else ""
    result = rctx.download(urls, name, sha256 = sha256, auth = get_auth(rctx, urls))
    if hashes and result.sha256 not in hashes:
        fail("{}: the checksum of {} is {}, which is not in the lock".format(where, name, result.sha256))
    return name

def _candidates(rctx, name, where):
    """Files there are: triples of name, URL and checksum, which is empty if the place does not tell it."""
    found = []
    for place in rctx.attr.find_links:
        if "://" in place and not place.startswith("file:"):
            found += _links(rctx, place, where)
        else:
            directory = _path(rctx, place)
            found += [(each, "file://{}/{}".format(directory, each), "") for each in _children(rctx, directory)]
    if found and [each for each in found if normalize_name(each[0].partition("-")[0]) == normalize_name(name)]:
        return found
    for index in rctx.attr.indexes:
        found += _links(rctx, "{}/{}/".format(_url(rctx, index).rstrip("/"), normalize_name(name).replace("_", "-")), where)
    return found

def _links(rctx, page, where):
    """The links of a page (https://packaging.python.org/en/latest/specifications/simple-repository-api/)."""
    address = page + "index.html" if page.startswith("file:") and page.endswith("/") else page
    result = rctx.download(address, "page.html", allow_fail = True, auth = get_auth(rctx, [address]))
    if not result.success:
        # buildifier: disable=print
        print("{}: {} cannot be read".format(where, address))
        return []
    text = rctx.read("page.html")
    rctx.delete("page.html")
    if text.lstrip().startswith("{"):
        return [
            (file["filename"], _joined(page, file["url"]), file.get("hashes", {}).get("sha256", ""))
            for file in json.decode(text).get("files", [])
        ]
    found = []
    for part in text.split("href=")[1:]:
        link = part[1:].partition(part[0])[0].replace("&amp;", "&")
        url, _, fragment = link.partition("#")
        sha256 = fragment.removeprefix("sha256=") if fragment.startswith("sha256=") else ""
        found.append((url.partition("?")[0].rpartition("/")[2].replace("%2B", "+"), _joined(page, url), sha256))
    return found

def _joined(page, url):
    """A link of a page as a URL of its own."""
    if "://" in url:
        return url
    scheme, _, rest = page.partition("://")
    if url.startswith("/"):
        return "{}://{}{}".format(scheme, "" if scheme == "file" else rest.partition("/")[0], url)
    parts = rest.rpartition("/")[0].split("/")
    for part in url.split("/"):
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "{}://{}".format(scheme, "/".join(parts))

def _path(rctx, place):
    """An absolute path; one that is none is below the directory of the lock, as the lock has it."""
    if place.startswith("file:"):
        return "/" + place.removeprefix("file:").lstrip("/")
    return place if place.startswith("/") else str(rctx.path(rctx.attr.lock).dirname.get_child(*place.split("/")))

def _url(rctx, text):
    return text if "://" in text and not text.startswith("file:") else "file://" + _path(rctx, text)

def _children(rctx, directory):
    path = rctx.path(directory)
    return [each.basename for each in path.readdir()] if path.exists else []

wheel_repo = repository_rule(
    implementation = _wheel_repo_impl,
    doc = "A package of a lock: `:pkg`, `:whl`, `:data`, `:dist_info`, `:extracted_whl_files`.",
    attrs = {
        "auth_patterns": attr.string_dict(doc = "As of http_archive."),
        "cycle": attr.string_list(doc = "The normalized names of packages that need each other, this one among them."),
        "data_exclude": attr.string_list(doc = "Glob patterns of files that programs do not need."),
        "find_links": attr.string_list(doc = "Directories, and pages with links, that are looked through first."),
        "indexes": attr.string_list(doc = "Package indexes."),
        "lock": attr.label(mandatory = True, doc = "The file with the requirement."),
        "locked": attr.string_list(doc = "The normalized names of all packages of the lock."),
        "netrc": attr.string(doc = "As of http_archive."),
        "package": attr.string(mandatory = True, doc = "JSON: the requirement, as of read_requirements."),
        "python_version": attr.string(mandatory = True, doc = "MAJOR.MINOR of the Python it is for."),
        "repo_prefix": attr.string(mandatory = True, doc = "What the names of the repositories of all its packages start with."),
    },
)
