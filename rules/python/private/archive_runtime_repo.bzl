"""Repositories for interpreters that come in archives."""

load("@bazel_tools//tools/build_defs/repo:utils.bzl", "get_auth")

_BUILD = """\
load("{macro}", "declare_archive_runtime")

package(default_visibility = ["//visibility:public"])

declare_archive_runtime(
    coverage_tool = {coverage_tool},
    exclude = {exclude},
    freethreaded = {freethreaded},
    interpreter = {interpreter},
    python_version = {python_version},
)
"""

def _url(rctx, text):
    if text.startswith("@"):
        text = str(rctx.path(Label(text)))
    return "file://" + text if text.startswith("/") else text

def _archive_runtime_repo_impl(rctx):
    version = rctx.attr.python_version
    urls = [_url(rctx, text) for text in rctx.attr.urls]
    rctx.download_and_extract(
        url = urls,
        auth = get_auth(rctx, urls),
        sha256 = rctx.attr.sha256,
        stripPrefix = rctx.attr.strip_prefix,
    )
    for patch in rctx.attr.patches:
        rctx.patch(patch, strip = rctx.attr.patch_strip)
    minor = ".".join(version.split(".")[:2])
    candidates = ["bin/python" + minor, "bin/python" + minor + "t", "bin/python3", "python.exe"]
    found = [path for path in candidates if rctx.path(path).exists]
    if not found:
        fail("the archive {} has none of {} below {}: is strip_prefix right?".format(
            rctx.attr.urls[0],
            ", ".join(candidates),
            repr(rctx.attr.strip_prefix),
        ))

    # Nothing of another platform can be run here, but a wrong version shows in the names.
    libraries = rctx.path("lib")
    if libraries.exists and not [path for path in libraries.readdir() if path.basename in ["python" + minor, "python" + minor + "t"]]:
        fail("the archive {} is not of Python {}: there is no lib/python{}".format(rctx.attr.urls[0], version, minor))
    distutils = rctx.read(rctx.attr.distutils) if rctx.attr.distutils else rctx.attr.distutils_content
    if distutils:
        rctx.file("lib/python{}/distutils/distutils.cfg".format(minor), distutils)
    rctx.file("interpreter.txt", found[0])
    rctx.file("BUILD.bazel", _BUILD.format(
        coverage_tool = repr(rctx.attr.coverage_tool or None),
        exclude = repr(rctx.attr.exclude),
        freethreaded = rctx.attr.freethreaded,
        interpreter = repr(found[0]),
        macro = Label("//python/private:archive_runtime.bzl"),
        python_version = repr(version),
    ))

archive_runtime_repo = repository_rule(
    implementation = _archive_runtime_repo_impl,
    doc = "An interpreter that is unpacked from an archive.",
    attrs = {
        "auth_patterns": attr.string_dict(doc = "As of http_archive."),
        "coverage_tool": attr.string(doc = "The label of the entry point of coverage.py."),
        "distutils": attr.label(allow_single_file = True, doc = "A distutils.cfg to put into the standard library."),
        "distutils_content": attr.string(doc = "The same, as text."),
        "exclude": attr.string_list(doc = "Glob patterns of files that programs do not need."),
        "freethreaded": attr.bool(doc = "Whether it is a build without the global interpreter lock."),
        "netrc": attr.string(doc = "As of http_archive."),
        "patch_strip": attr.int(default = 0, doc = "How many leading directories to drop from names in the patches."),
        "patches": attr.label_list(doc = "Patches for the unpacked files."),
        "python_version": attr.string(mandatory = True, doc = "MAJOR.MINOR.MICRO."),
        "sha256": attr.string(mandatory = True, doc = "The checksum of the archive."),
        "strip_prefix": attr.string(default = "python", doc = "The directory in the archive."),
        "urls": attr.string_list(mandatory = True, doc = "Where the archive is: URLs, absolute paths or labels."),
    },
)
