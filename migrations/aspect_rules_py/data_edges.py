"""`data`, which is analysed without the Python version and the dependency group of its target.

https://github.com/aspect-build/rules_py/releases/tag/v2.0.0-alpha.5
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from buildfile.calls import Argument, Call, string_value
from buildfile.source import FileKind
from migrations.aspect_rules_py._extensions import Repos, gather_repos, hubs_of, is_hub
from migrations.aspect_rules_py._surface import SHAPED, UPSTREAM
from migrations.finding import Finding
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.view import View

_ID = "data-edges"


def find(view: View) -> Iterator[Finding]:
    """Packages in `data` of targets that choose a version or a group."""
    hubs: dict[str, Repos] = view.facts.get(_ID, {})
    repos = hubs.get(view.workspace.path)
    for call, _ in view.calls(SHAPED, having=(b"data",)):
        data = call.argument("data")
        chosen = [name for name in ("python_version", "dep_group", "venv") if call.argument(name) is not None]
        if data is None or not chosen:
            continue
        for text, start, end in _packages(call, data, repos):
            yield Finding(
                start,
                end,
                f"{text} in data is analysed without the {' and '.join(chosen)} of the target",
                advice="Put it in deps, if it is to be imported or has to fit the interpreter.",
            )


def _packages(call: Call, data: Argument, repos: Repos | None) -> Iterator[tuple[str, int, int]]:
    for node in ast.walk(data.value):
        text = string_value(node)
        if isinstance(node, ast.Constant) and text is not None and is_hub(repos, text.partition("//")[0]):
            yield text, call.tree.start(node), call.tree.end(node)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "requirement":
            start, end = call.tree.start(node), call.tree.end(node)
            yield call.file.data[start:end].decode("utf-8", "replace"), start, end


_MODULE = """\
bazel_dep(name = "aspect_rules_py", version = "1.11.7")

uv = use_extension("@aspect_rules_py//uv:extensions.bzl", "uv")
uv.declare_hub(hub_name = "pypi")
use_repo(uv, "pypi")
"""


def _case(attributes: str) -> dict[str, str]:
    load = 'load("@aspect_rules_py//py:defs.bzl", "py_binary")\n\n'
    return {"MODULE.bazel": _MODULE, "BUILD": f'{load}py_binary(\n    name = "b",\n{attributes})\n'}


MIGRATION = Migration(
    id=_ID,
    summary="Find Python packages in the data of targets that choose a version or a dependency group.",
    page=Page(
        what=(
            "Lists packages of a uv hub, and `requirement(…)`, in the `data` of a target that says `python_version`, "
            "`dep_group` or `venv`."
        ),
        why=(
            "From 2.0.0-alpha.5 on the choice of the target reaches its `deps` and not its `data`. A wheel in `data` "
            "is then that of the default version or group, without an error."
        ),
        safety="Nothing is edited. Extension modules of the repository's own in `data` are not told from other files.",
        references=(UPSTREAM + "/releases/tag/v2.0.0-alpha.5",),
    ),
    gate=Gate(since="2.0.0-alpha.5", plan=False),
    kinds=(FileKind.BUILD, FileKind.BZL),
    needles=(b"python_version", b"dep_group", b"venv =", b"venv="),
    find=find,
    scan=hubs_of,
    scan_needles=(b"use_extension",),
    scan_kinds=(FileKind.MODULE,),
    gather=gather_repos,
    cases=(
        Case(
            "a wheel in the data of a target with a version",
            _case('    data = [\n        "x.txt",\n        "@pypi//numpy",\n    ],\n    python_version = "3.12",\n'),
            person=("@pypi//numpy in data",),
        ),
        Case(
            "a requirement in the data of a target with a group",
            _case('    data = [requirement("numpy")],\n    dep_group = "gpu",\n'),
            person=('requirement("numpy") in data',),
        ),
        Case("a target that chooses nothing", _case('    data = ["@pypi//numpy"],\n')),
        Case("files of another repository", _case('    data = ["@models//:x"],\n    python_version = "3.12",\n')),
        Case(
            "before alpha.5",
            _case('    data = ["@pypi//numpy"],\n    python_version = "3.12",\n'),
            to="2.0.0-alpha.4",
        ),
    ),
)
