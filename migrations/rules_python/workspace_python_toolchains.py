"""`python_register_toolchains` in a WORKSPACE, which becomes `python.toolchain` in MODULE.bazel.

https://rules-python.readthedocs.io/en/latest/toolchains.html
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.source import FileKind
from migrations.extensions import proxies
from migrations.finding import Finding, Fix
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.rules_python import _module, _workspace
from migrations.rules_python._extensions import PYTHON
from migrations.rules_python._module import appended, is_root_module, rules_text
from migrations.rules_python._surface import DOCS
from migrations.rules_python._workspace import here, removed, toolchains_in
from migrations.view import View

_ID = "workspace-python-toolchains"


def find(view: View) -> Iterator[Finding]:
    """Registrations in a WORKSPACE or a macro, and what MODULE.bazel lacks."""
    part = here(view, _ID)
    if view.file.kind is FileKind.MODULE:
        text = _module.toolchain_text(view, part) if is_root_module(view) else ""
        fix = appended(view, next(iter(proxies(view, PYTHON)), ""), rules_text(view, part), text) if text else Fix(())
        override = _module.override_edits(view, part)
        if text or override.edits:
            message = "the toolchains of the WORKSPACE are the module's now"
            yield Finding(0, 0, message, Fix(fix.edits + override.edits, fix.changes + override.changes))
        return
    for found in toolchains_in(view, part):
        call = found.call
        message = f"{call.callee} is for a WORKSPACE only"
        if found.why or found.meaning not in part.toolchains:
            yield _workspace.stays(view, call, message, found.why, "python.toolchain", part)
        else:
            fix = removed(view, [call.statement], [call.key], [call.callee or ""])
            yield Finding(call.start, call.callee_range[1], message, fix)


_REPOSITORY = 'local_repository(\n    name = "rules_python",\n    path = "r",\n)\n\n'
_DEP = 'bazel_dep(name = "rules_python", version = "0.31.0")\n'
_NEW_DEP = 'bazel_dep(name = "rules_python", version = "1.4.0")\n'
_EXTENSION = 'python = use_extension("@rules_python//python/extensions:python.bzl", "python")\n'

MIGRATION = Migration(
    id=_ID,
    summary="Turn python_register_toolchains of a WORKSPACE into python.toolchain of MODULE.bazel.",
    page=Page(
        what=(
            "Takes `python_register_toolchains` and `python_register_multi_toolchains` out of the WORKSPACE and adds "
            "the tags `python.toolchain` to MODULE.bazel, with the version that counted first as the default. "
            "`tool_versions` become `python.single_version_override`, `minor_mapping` and `base_url` become "
            "`python.override`. The repositories are used under the names they had."
        ),
        why="A WORKSPACE is not read any more from Bazel 8 on.",
        safety=(
            "Safe: the same interpreters under the same names. A call with arguments that the tag does not have, or "
            "in a macro, is left to a person."
        ),
        references=(DOCS + "/toolchains.html", DOCS + "/api/rules_python/python/extensions/python.html"),
    ),
    gate=Gate(module="rules_python"),
    kinds=(FileKind.WORKSPACE, FileKind.MODULE, FileKind.BZL),
    needles=(b"python_register_", b".override("),
    find=find,
    scan=_workspace.scan,
    scan_needles=_workspace.HOST_NEEDLES,
    scan_kinds=_workspace.HOST_KINDS,
    gather=_workspace.gather,
    create=_workspace.modules,
    after=("workspace-rules-python",),
    cases=(
        Case(
            "two registrations, of which the first counts",
            {
                "MODULE.bazel": _DEP,
                "WORKSPACE": """load("@rules_python//python:repositories.bzl", "python_register_toolchains")

python_register_toolchains(
    name = "python3_11",
    python_version = "3.11",
)

python_register_toolchains(
    name = "python_3_12_1",
    ignore_root_user_error = True,
    python_version = "3.12.1",
)

x(name = "y")
""",
            },
            {
                "MODULE.bazel": _DEP
                + """
python = use_extension("@rules_python//python/extensions:python.bzl", "python")
python.toolchain(
    is_default = True,
    python_version = "3.11",
)
python.toolchain(
    ignore_root_user_error = True,
    python_version = "3.12.1",
)
use_repo(python, "python_3_12_1", python3_11 = "python_3_11")
""",
                "WORKSPACE": 'x(name = "y")\n',
            },
        ),
        Case(
            "several versions at once, and a proxy that is there",
            {
                "MODULE.bazel": _NEW_DEP
                + '\npy = use_extension("@rules_python//python/extensions:python.bzl", "python")\n',
                "WORKSPACE": """load("@rules_python//python:repositories.bzl", "python_register_multi_toolchains")

python_register_multi_toolchains(
    name = "python",
    default_version = "3.12",
    python_versions = [
        "3.11",
        "3.12",
    ],
)
""",
            },
            {
                "MODULE.bazel": _NEW_DEP
                + """
py = use_extension("@rules_python//python/extensions:python.bzl", "python")
py.defaults(python_version = "3.12")
py.toolchain(python_version = "3.11")
py.toolchain(python_version = "3.12")
use_repo(py, "python_3_11", "python_3_12", python = "python_versions")
""",
                "WORKSPACE": "",
            },
        ),
        Case(
            "no MODULE.bazel",
            {
                "WORKSPACE": _REPOSITORY
                + 'load("@rules_python//python:repositories.bzl", reg = "python_register_toolchains")\n\n'
                'reg(\n    name = "python_3_9",\n    python_version = "3.9",\n)\n'
            },
            {
                "MODULE.bazel": """bazel_dep(name = "rules_python")
local_path_override(
    module_name = "rules_python",
    path = "r",
)

python = use_extension("@rules_python//python/extensions:python.bzl", "python")
python.toolchain(
    is_default = True,
    python_version = "3.9",
)
use_repo(python, "python_3_9")
""",
                "WORKSPACE": _REPOSITORY.rstrip("\n") + "\n",
            },
        ),
        Case(
            "an argument that the tag does not have",
            {
                "MODULE.bazel": _DEP,
                "WORKSPACE": 'load("@rules_python//python:repositories.bzl", "python_register_toolchains")\n\n'
                'python_register_toolchains(\n    name = "p",\n    python_version = "3.12",\n    '
                "register_toolchains = False,\n)\n",
            },
            person=("is for a WORKSPACE only",),
        ),
        Case(
            "archives of its own, and a version that waits to be asked for",
            {
                "MODULE.bazel": _NEW_DEP,
                "WORKSPACE": """load("@rules_python//python:repositories.bzl", "python_register_toolchains")

python_register_toolchains(
    name = "old",
    python_version = "3.8",
    set_python_version_constraint = True,
)

python_register_toolchains(
    name = "new",
    base_url = "https://example.com/pythons",
    minor_mapping = {"3.12": "3.12.4"},
    python_version = "3.12",
    register_toolchains = True,
    tool_versions = {
        "3.12.4": {
            "sha256": {
                "aarch64-apple-darwin": "0a",
                "x86_64-unknown-linux-gnu": "0b",
            },
            "strip_prefix": "python",
            "url": "{python_version}/{platform}.tar.gz",
        },
    },
)
""",
            },
            {
                "MODULE.bazel": _NEW_DEP
                + """
python = use_extension("@rules_python//python/extensions:python.bzl", "python")
python.defaults(python_version = "3.12")
python.toolchain(python_version = "3.8")
python.toolchain(python_version = "3.12")
python.override(
    base_url = "https://example.com/pythons",
    minor_mapping = {"3.12": "3.12.4"},
)
python.single_version_override(
    python_version = "3.12.4",
    sha256 = {
        "aarch64-apple-darwin": "0a",
        "x86_64-unknown-linux-gnu": "0b",
    },
    strip_prefix = "python",
    urls = ["{python_version}/{platform}.tar.gz"],
)
use_repo(python, new = "python_3_12", old = "python_3_8")
""",
                "WORKSPACE": "",
            },
        ),
        Case(
            "versions that have names, one of them computed",
            {
                "MODULE.bazel": _NEW_DEP,
                "WORKSPACE": """load("@rules_python//python:repositories.bzl", "python_register_multi_toolchains")

DEFAULT = "3.12"  # ours

VERSIONS = [
    "3.11",
    "3.12",
]

python_register_multi_toolchains(
    name = "py",
    default_version = DEFAULT,
    python_versions = VERSIONS,
)

python_register_multi_toolchains(
    name = "more",
    python_versions = VERSIONS + OTHERS,
)
""",
            },
            {
                "MODULE.bazel": _NEW_DEP
                + """
python = use_extension("@rules_python//python/extensions:python.bzl", "python")
python.defaults(python_version = "3.12")
python.toolchain(python_version = "3.11")
python.toolchain(python_version = "3.12")
use_repo(python, py = "python_versions", py_3_11 = "python_3_11", py_3_12 = "python_3_12")
""",
                "WORKSPACE": """load("@rules_python//python:repositories.bzl", "python_register_multi_toolchains")

DEFAULT = "3.12"  # ours

VERSIONS = [
    "3.11",
    "3.12",
]

python_register_multi_toolchains(
    name = "more",
    python_versions = VERSIONS + OTHERS,
)
""",
            },
            person=("is for a WORKSPACE only",),
        ),
        Case(
            "archives that another file knows, and archives that differ",
            {
                "MODULE.bazel": _DEP,
                "WORKSPACE": """load("@rules_python//python:repositories.bzl", "python_register_toolchains")
load("//:versions.bzl", "VERSIONS")

python_register_toolchains(
    name = "a",
    python_version = "3.12",
    tool_versions = VERSIONS,
)

python_register_toolchains(
    name = "b",
    base_url = "u",
    python_version = "3.11",
)

python_register_toolchains(
    name = "c",
    base_url = "v",
    python_version = "3.10",
)
""",
            },
            person=("is for a WORKSPACE only",) * 3,
        ),
        Case(
            "beside tags that are there",
            {
                "MODULE.bazel": _NEW_DEP
                + """
python = use_extension("@rules_python//python/extensions:python.bzl", "python")
python.override(register_all_versions = True)
python.toolchain(python_version = "3.11")
""",
                "WORKSPACE": """load("@rules_python//python:repositories.bzl", "python_register_toolchains")

python_register_toolchains(
    name = "a",
    base_url = "https://example.com/pythons",
    python_version = "3.11",
)
""",
            },
            {
                "MODULE.bazel": _NEW_DEP
                + """
python = use_extension("@rules_python//python/extensions:python.bzl", "python")
python.override(
    base_url = "https://example.com/pythons",
    register_all_versions = True,
)
python.toolchain(python_version = "3.11")
use_repo(python, a = "python_3_11")
""",
                "WORKSPACE": "",
            },
        ),
        Case(
            "a part of MODULE.bazel that has some of it, and interpreters that others run",
            {
                "MODULE.bazel": _NEW_DEP + 'include("//:python.MODULE.bazel")\n',
                "python.MODULE.bazel": _EXTENSION
                + """python.override(register_all_versions = True)
python.toolchain(
    is_default = True,
    python_version = "3.11",
)
use_repo(python, "python_3_11")
""",
                "WORKSPACE": """load("@rules_python//python:repositories.bzl", "python_register_toolchains")

python_register_toolchains(
    name = "python_3_11",
    minor_mapping = {"3.12": "3.12.1"},
    python_version = "3.11",
)

python_register_toolchains(
    name = "new",
    python_version = "3.12",
)

repository_rule_of_ours(python = "@new_host//:python")
""",
            },
            {
                "MODULE.bazel": _NEW_DEP
                + """include("//:python.MODULE.bazel")

python = use_extension("@rules_python//python/extensions:python.bzl", "python")
python.toolchain(python_version = "3.12")
use_repo(python, new = "python_3_12", new_host = "python_3_12_host")
""",
                "python.MODULE.bazel": _EXTENSION
                + """python.override(
    minor_mapping = {"3.12": "3.12.1"},
    register_all_versions = True,
)
python.toolchain(
    is_default = True,
    python_version = "3.11",
)
use_repo(python, "python_3_11")
""",
                "WORKSPACE": 'repository_rule_of_ours(python = "@new_host//:python")\n',
            },
        ),
        Case(
            "at odds with tags that are there",
            {
                "MODULE.bazel": _NEW_DEP
                + """
python = use_extension("@rules_python//python/extensions:python.bzl", "python")
python.override(base_urls = ["https://other.example.com"])
""",
                "WORKSPACE": """load("@rules_python//python:repositories.bzl", "python_register_toolchains")

python_register_toolchains(
    name = "a",
    base_url = "https://example.com/pythons",
    python_version = "3.11",
)
""",
            },
            person=("is for a WORKSPACE only",),
        ),
        Case(
            "behind one that cannot be seen, which may be the default",
            {
                "MODULE.bazel": _NEW_DEP,
                "WORKSPACE": """load("@rules_python//python:repositories.bzl", "python_register_toolchains")
load("//:versions.bzl", "VERSION")

python_register_toolchains(
    name = "ours",
    python_version = VERSION,
)

python_register_toolchains(
    name = "python_3_9",
    python_version = "3.9",
)
""",
            },
            {
                "MODULE.bazel": _NEW_DEP
                + """
python = use_extension("@rules_python//python/extensions:python.bzl", "python")
python.toolchain(python_version = "3.9")
use_repo(python, "python_3_9")
""",
                "WORKSPACE": """load("@rules_python//python:repositories.bzl", "python_register_toolchains")
load("//:versions.bzl", "VERSION")

python_register_toolchains(
    name = "ours",
    python_version = VERSION,
)
""",
            },
            person=("is for a WORKSPACE only",),
        ),
        Case(
            "in a macro that the WORKSPACE calls",
            {
                "WORKSPACE": 'load("//:d.bzl", "d")\n\nd()\n',
                "d.bzl": 'load("@rules_python//python:repositories.bzl", "python_register_toolchains")\n\n'
                'def d():\n    python_register_toolchains(name = "p", python_version = "3.12")\n',
            },
            person=("is for a WORKSPACE only",),
        ),
        Case(
            "in a macro",
            {
                "d.bzl": 'load("@rules_python//python:repositories.bzl", "python_register_toolchains")\n\n'
                'def d():\n    python_register_toolchains(name = "p", python_version = "3.12")\n'
            },
            notes=("is for a WORKSPACE only",),
        ),
        Case(
            "nothing says where the rules are from",
            {
                "WORKSPACE": 'load("@rules_python//python:repositories.bzl", "python_register_toolchains")\n\n'
                'python_register_toolchains(\n    name = "p",\n    python_version = "3.12",\n)\n'
            },
            person=("is for a WORKSPACE only",),
        ),
    ),
)
