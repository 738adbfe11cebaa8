"""`@python_aliases`, which is `@python_versions` now.

https://rules-python.readthedocs.io/en/latest/changelog.html
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.edits import Edit
from buildfile.source import STARLARK, FileKind
from buildfile.style import quote
from migrations.extensions import proxies
from migrations.finding import Finding, Fix
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.rules_python._extensions import PYTHON
from migrations.rules_python._surface import CHANGES, relabelled
from migrations.view import View

_OLD, _NEW = "python_aliases", "python_versions"
_MESSAGE = "python_aliases is called python_versions now"


def find(view: View) -> Iterator[Finding]:
    """The name in `use_repo`, in loads and in labels."""
    if view.file.kind is FileKind.MODULE:
        yield from _used(view)
        return
    if _OLD in view.workspace.dependencies:
        return
    for load in view.loads:
        if load.label.startswith(f"@{_OLD}//"):
            new = load.label.replace(_OLD, _NEW, 1)
            bind = {symbol.local: (new, symbol.name) for symbol in load.symbols}
            yield Finding(load.label_start, load.label_end, _MESSAGE, Fix(bind=bind))
    for string in view.strings(f"@{_OLD}//"):
        if string.value.startswith(f"@{_OLD}//"):
            yield relabelled(view, string, string.value.replace(_OLD, _NEW, 1), _MESSAGE)


def _used(view: View) -> Iterator[Finding]:
    known = proxies(view, PYTHON)
    for call in view.calls_named("use_repo"):
        arguments = call.arguments
        if not arguments or getattr(arguments[0].value, "id", "") not in known:
            continue
        for argument in arguments[1:]:
            if call.string_of(argument.value) == _OLD:
                edit = Edit(argument.value_start, argument.end, quote(_NEW))
                yield Finding(argument.start, argument.end, _MESSAGE, Fix((edit,)))


MIGRATION = Migration(
    id="python-aliases",
    summary="Call the repository of all versions python_versions.",
    page=Page(
        what="Turns `python_aliases` into `python_versions` in `use_repo`, loads and labels.",
        why="The repository was renamed in 0.24.0.",
        safety="Safe: it holds the same. A repository that a WORKSPACE makes under the old name stays.",
        references=(CHANGES,),
    ),
    gate=Gate(module="rules_python", since="0.24.0"),
    kinds=STARLARK,
    needles=(_OLD.encode(),),
    find=find,
    cases=(
        Case(
            "used and loaded",
            {
                "MODULE.bazel": 'bazel_dep(name = "rules_python", version = "0.30.0")\n\n'
                'python = use_extension("@rules_python//python/extensions:python.bzl", "python")\n'
                'use_repo(python, "python_aliases")\n',
                "BUILD.bazel": 'load("@python_aliases//3.11:defs.bzl", "py_test")\n\npy_test(name = "t")\n',
            },
            {
                "MODULE.bazel": 'bazel_dep(name = "rules_python", version = "0.30.0")\n\n'
                'python = use_extension("@rules_python//python/extensions:python.bzl", "python")\n'
                'use_repo(python, "python_versions")\n',
                "BUILD.bazel": 'load("@python_versions//3.11:defs.bzl", "py_test")\n\npy_test(name = "t")\n',
            },
        ),
        Case(
            "a repository of that name in a WORKSPACE",
            {
                "WORKSPACE": 'local_repository(\n    name = "python_aliases",\n    path = "a",\n)\n',
                "BUILD.bazel": 'load("@python_aliases//3.11:defs.bzl", "py_test")\n\npy_test(name = "t")\n',
            },
        ),
    ),
)
