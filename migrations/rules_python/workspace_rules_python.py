"""rules_python in a WORKSPACE, which becomes a dependency in MODULE.bazel.

https://rules-python.readthedocs.io/en/latest/getting-started.html
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.source import FileKind
from migrations.finding import Finding
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.rules_python import _module, _workspace
from migrations.rules_python._module import appended, is_root_module
from migrations.rules_python._surface import DOCS
from migrations.rules_python._workspace import REPOSITORIES, here, removed, repository_rule, rules_in
from migrations.view import View

_ID = "workspace-rules-python"


def find(view: View) -> Iterator[Finding]:
    """The repository rule and `py_repositories` in a WORKSPACE, and what MODULE.bazel lacks."""
    if view.file.kind is FileKind.MODULE:
        text = _module.rules_text(view, here(view, _ID)) if is_root_module(view) else ""
        if text:
            yield Finding(0, 0, "rules_python is a dependency of the module now", appended(view, "", text))
        return
    for found in rules_in(view):
        call = found.call
        message = "rules_python is fetched by the WORKSPACE"
        fix = (
            None
            if found.why
            else removed(view, [call.statement], [call.key], {call.callee or "", repository_rule(call)})
        )
        yield Finding(call.start, call.callee_range[1], message, fix, found.why)
    part = here(view, _ID)
    for call, _ in view.calls(REPOSITORIES) if part.ready else ():
        if _workspace.top_level(view, call):
            message = "py_repositories is for a WORKSPACE only"
            fix = removed(view, [call.statement], [], [call.callee or ""])
            yield Finding(call.start, call.callee_range[1], message, fix)


_ARCHIVE = """load("@bazel_tools//tools/build_defs/repo:http.bzl", "http_archive")

http_archive(
    name = "rules_python",
    sha256 = "c68bdc4fbec25de5b5493b8819cfc877c4ea299c0dcb15c244c5a00208cde311",
    strip_prefix = "rules_python-0.31.0",
    url = "https://github.com/bazelbuild/rules_python/releases/download/0.31.0/rules_python-0.31.0.tar.gz",
)

load("@rules_python//python:repositories.bzl", "py_repositories")

py_repositories()
"""

MIGRATION = Migration(
    id=_ID,
    summary="Make rules_python a bazel_dep instead of a repository of the WORKSPACE.",
    page=Page(
        what=(
            "Turns the `http_archive` of rules_python into a `bazel_dep` of its version, a `local_repository` or "
            "`git_repository` into the override of one, and an archive of a commit into an `archive_override`. "
            "`py_repositories` goes. MODULE.bazel is made if there is none. Patches of the repository itself are those "
            "of an override."
        ),
        why="Bazel 8 does not read the WORKSPACE unless told to, and Bazel 9 cannot.",
        safety=(
            "Other modules may ask for a later version, which then counts. An archive that is changed by "
            "commands or by patches from elsewhere, or has another name, is left to a person."
        ),
        references=(DOCS + "/getting-started.html", "https://bazel.build/external/migration"),
    ),
    gate=Gate(module="rules_python"),
    kinds=(FileKind.WORKSPACE, FileKind.MODULE),
    needles=(b"rules_python",),
    find=find,
    scan=_workspace.scan,
    scan_needles=_workspace.SCAN_NEEDLES,
    scan_kinds=_workspace.SCAN_KINDS,
    gather=_workspace.gather,
    create=_workspace.modules,
    cases=(
        Case(
            "a release, with nothing else in the WORKSPACE",
            {"WORKSPACE": 'workspace(name = "w")\n\n' + _ARCHIVE},
            {
                "WORKSPACE": 'workspace(name = "w")\n',
                "MODULE.bazel": 'module(name = "w")\n\nbazel_dep(name = "rules_python", version = "0.31.0")\n',
            },
        ),
        Case(
            "a release, unless a macro brought the rules already",
            {
                "WORKSPACE": 'load("@bazel_tools//tools/build_defs/repo:http.bzl", "http_archive")\n'
                'load("@bazel_tools//tools/build_defs/repo:utils.bzl", "maybe")\n\n'
                'maybe(\n    http_archive,\n    name = "rules_python",\n    strip_prefix = "rules_python-0.31.0",\n'
                '    url = "https://github.com/bazelbuild/rules_python/releases/download/0.31.0/'
                'rules_python-0.31.0.tar.gz",\n)\n\nmaybe(\n    git_repository,\n    name = "other",\n)\n'
            },
            {
                "WORKSPACE": 'load("@bazel_tools//tools/build_defs/repo:utils.bzl", "maybe")\n\n'
                'maybe(\n    git_repository,\n    name = "other",\n)\n',
                "MODULE.bazel": 'bazel_dep(name = "rules_python", version = "0.31.0")\n',
            },
        ),
        Case(
            "a commit, beside another archive",
            {
                "WORKSPACE": """load("@bazel_tools//tools/build_defs/repo:http.bzl", "http_archive")

http_archive(
    name = "other",
    url = "https://example.com/other.tar.gz",
)

http_archive(
    name = "rules_python",
    sha256 = "c68bdc4fbec25de5b5493b8819cfc877c4ea299c0dcb15c244c5a00208cde311",
    strip_prefix = "rules_python-4b84ad270387a7c439ebdccfd530e2339601ef27",
    urls = ["https://github.com/bazelbuild/rules_python/archive/4b84ad270387a7c439ebdccfd530e2339601ef27.tar.gz"],
)
"""
            },
            {
                "WORKSPACE": """load("@bazel_tools//tools/build_defs/repo:http.bzl", "http_archive")

http_archive(
    name = "other",
    url = "https://example.com/other.tar.gz",
)
""",
                "MODULE.bazel": """bazel_dep(name = "rules_python")
archive_override(
    module_name = "rules_python",
    integrity = "sha256-xovcT77CXeW1STuIGc/Id8TqKZwNyxXCRMWgAgjN4xE=",
    strip_prefix = "rules_python-4b84ad270387a7c439ebdccfd530e2339601ef27",
    urls = ["https://github.com/bazelbuild/rules_python/archive/4b84ad270387a7c439ebdccfd530e2339601ef27.tar.gz"],
)
""",
            },
        ),
        Case(
            "a checkout beside, and a MODULE.bazel that is there",
            {
                "WORKSPACE": 'local_repository(\n    name = "rules_python",\n    path = "../rules_python",\n)\n',
                "MODULE.bazel": 'module(name = "m")\n',
            },
            {
                "WORKSPACE": "",
                "MODULE.bazel": 'module(name = "m")\n\nbazel_dep(name = "rules_python")\n'
                'local_path_override(\n    module_name = "rules_python",\n    path = "../rules_python",\n)\n',
            },
        ),
        Case(
            "a patched archive",
            {
                "WORKSPACE": 'http_archive(\n    name = "rules_python",\n    patch_args = ["-p1"],\n'
                '    patches = ["//:p.patch"],\n    strip_prefix = "rules_python-1.9.0",\n)\n'
            },
            {
                "MODULE.bazel": """bazel_dep(name = "rules_python", version = "1.9.0")
single_version_override(
    module_name = "rules_python",
    patch_strip = 1,
    patches = ["//:p.patch"],
    version = "1.9.0",
)
""",
                "WORKSPACE": "",
            },
        ),
        Case(
            "an archive changed in other ways",
            {
                "WORKSPACE": 'http_archive(\n    name = "rules_python",\n    patch_cmds = ["rm x"],\n'
                '    strip_prefix = "rules_python-0.31.0",\n)\n'
            },
            person=("is fetched by the WORKSPACE",),
        ),
        Case(
            "patches of another repository",
            {
                "WORKSPACE": 'http_archive(\n    name = "rules_python",\n    patches = ["@p//:p.patch"],\n'
                '    strip_prefix = "rules_python-0.31.0",\n)\n'
            },
            person=("is fetched by the WORKSPACE",),
        ),
        Case(
            "a name that MODULE.bazel does not have",
            {
                "MODULE.bazel": 'bazel_dep(name = "rules_python", version = "0.31.0", repo_name = "rp")\n',
                "WORKSPACE": 'local_repository(\n    name = "rules_python",\n    path = "r",\n)\n',
            },
            person=("is fetched by the WORKSPACE",),
        ),
        Case(
            "a release that constants say",
            {
                "WORKSPACE": """load("@bazel_tools//tools/build_defs/repo:http.bzl", "http_archive")

VERSION = "0.31.0"

http_archive(
    name = "rules_python",
    sha256 = SHA256,
    strip_prefix = "rules_python-%s" % VERSION,
    url = "https://github.com/bazelbuild/rules_python/archive/{v}.tar.gz".format(v = VERSION),
)
"""
            },
            {
                "MODULE.bazel": 'bazel_dep(name = "rules_python", version = "0.31.0")\n',
                "WORKSPACE": 'VERSION = "0.31.0"\n',
            },
        ),
        Case(
            "a release without extensions",
            {
                "WORKSPACE": 'http_archive(\n    name = "rules_python",\n    url = "https://github.com/bazelbuild/'
                'rules_python/releases/download/0.5.0/rules_python-0.5.0.tar.gz",\n)\n'
            },
            person=("is fetched by the WORKSPACE",),
        ),
        Case("another ruleset", {"WORKSPACE": 'http_archive(\n    name = "rules_pythonic",\n    url = "u",\n)\n'}),
    ),
)
