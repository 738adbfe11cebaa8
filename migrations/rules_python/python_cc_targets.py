"""`:python_headers` and `:libpython` of one version's repository, which the resolved toolchain stands in for.

https://rules-python.readthedocs.io/en/latest/api/rules_python/python/cc/index.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from buildfile.source import FileKind
from migrations.finding import Finding, Safety
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.rules_python import _versions
from migrations.rules_python._surface import CHANGES, DOCS, missing, relabelled, written
from migrations.rules_python._versions import Repositories, version_of
from migrations.view import View

_ID = "python-cc-targets"
_NEW = {"python_headers": "current_py_cc_headers", "libpython": "current_py_cc_libs"}


def gather(facts: list[tuple[str, Any]]) -> Repositories:
    """The repositories of all files."""
    return _versions.merged(facts)


def find(view: View) -> Iterator[Finding]:
    """Labels of the two targets."""
    known = view.facts.get(_ID) or Repositories()
    for string in view.strings(*_NEW):
        name = string.value.rpartition(":")[2]
        version = version_of(view, string.value, known) if name in _NEW and string.value.startswith("@") else ""
        if not version:
            continue
        path = f"//python/cc:{_NEW[name]}"
        message = f"{string.value} is for {written(view, path)} to replace"
        if first := missing(view):
            yield Finding(string.start, string.end, message, advice=first)
            continue
        advice = f"It is of the version that is built for; see that {version} is that where it matters."
        yield relabelled(view, string, written(view, path), message, advice=advice, safety=Safety.UNSAFE)


MIGRATION = Migration(
    id=_ID,
    summary="Depend on the headers and libraries of the resolved toolchain.",
    page=Page(
        what=(
            "Turns `@python_3_12//:python_headers` and `:libpython` into `current_py_cc_headers` and "
            "`current_py_cc_libs` of `@rules_python//python/cc`."
        ),
        why="The new ones follow the toolchain, so an extension is built for the Python it is loaded by.",
        safety=(
            "The version is that of the toolchain and not of the label, so a target that is meant for one version "
            "only needs a look."
        ),
        references=(DOCS + "/api/rules_python/python/cc/index.html", CHANGES),
    ),
    gate=Gate(module="rules_python", since="0.30.0"),
    kinds=(FileKind.BUILD, FileKind.BZL),
    needles=(b":python_headers", b":libpython"),
    find=find,
    scan=_versions.scan,
    scan_needles=_versions.SCAN_NEEDLES,
    gather=gather,
    cases=(
        Case(
            "an extension module",
            'cc_binary(\n    name = "x.so",\n    srcs = ["x.c"],\n    linkshared = True,\n'
            '    deps = [\n        ":a",\n        "@python_3_12//:libpython",\n'
            '        "@python_3_12//:python_headers",\n    ],\n)\n',
            'cc_binary(\n    name = "x.so",\n    srcs = ["x.c"],\n    linkshared = True,\n'
            '    deps = [\n        ":a",\n        "@rules_python//python/cc:current_py_cc_headers",\n'
            '        "@rules_python//python/cc:current_py_cc_libs",\n    ],\n)\n',
            notes=("libpython is for", "python_headers is for"),
        ),
        Case(
            "a repository of one's own",
            'cc_library(\n    name = "x",\n    deps = ["@local_python//:python_headers"],\n)\n',
        ),
        Case("a target of the package", 'cc_library(\n    name = "x",\n    deps = [":python_headers"],\n)\n'),
    ),
)
