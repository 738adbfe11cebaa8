"""Rules loaded from the repository of one Python version, in whose place comes the attribute `python_version`.

https://rules-python.readthedocs.io/en/latest/toolchains.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from buildfile.calls import Call
from buildfile.edits import Edit
from buildfile.loads import Load, Loaded
from buildfile.rewrite import rewrite
from buildfile.source import STARLARK, FileKind
from buildfile.style import quote
from migrations.extensions import proxies, repositories
from migrations.finding import Finding, Fix, Level
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.rules_python import _versions
from migrations.rules_python._extensions import PYTHON
from migrations.rules_python._module import appended
from migrations.rules_python._surface import BUNDLES, CHANGES, DOCS, HOMES, exported, missing, written
from migrations.rules_python._versions import Repositories, version_of
from migrations.view import View

_ID = "version-aware-loads"
_NEW = {
    "compile_pip_requirements": "//python:pip.bzl",
    "py_binary": HOMES["py_binary"],
    "py_console_script_binary": "//python/entry_points:py_console_script_binary.bzl",
    "py_test": HOMES["py_test"],
}
_FILE = re.compile(r"@[^/]*//(?:[\d.]+)?:defs\.bzl")
_HIDDEN = "The unpacked arguments must not bring a python_version of their own."


@dataclass(frozen=True, slots=True)
class _Facts:
    """The repositories of all files, and the labels that `interpreter` is loaded from, by workspace."""

    known: Repositories = field(default_factory=Repositories)
    interpreters: Mapping[str, frozenset[str]] = field(default_factory=dict)


def scan(view: View) -> tuple[str, Repositories | None, frozenset[str]] | None:
    """What a file declares, and the labels that it loads `interpreter` from; a WORKSPACE, to parse requirements."""
    known = _versions.scan(view)
    workspace = view.file.kind is FileKind.WORKSPACE
    loads = (load for load in view.loads if _FILE.fullmatch(load.label) and not workspace)
    labels = frozenset(load.label for load in loads for symbol in load.symbols if symbol.name == "interpreter")
    return (view.workspace.path, known, labels) if known or labels else None


def gather(facts: list[tuple[str, Any]]) -> _Facts:
    """What all files say together."""
    interpreters: dict[str, frozenset[str]] = {}
    for _, (where, _, labels) in facts:
        interpreters[where] = interpreters.get(where, frozenset()) | labels
    return _Facts(_versions.merged((path, known) for path, (_, known, _) in facts if known), interpreters)


def find(view: View) -> Iterator[Finding]:
    """Calls of the rules, uses as values, idle loads, and the interpreter."""
    facts = view.facts.get(_ID) or _Facts()
    known = facts.known
    if view.file.kind is FileKind.MODULE:
        yield from _interpreters(view, known, facts.interpreters.get(view.workspace.path, frozenset()))
        return
    loads = [load for load in view.loads if _FILE.fullmatch(load.label)]
    if not loads:
        return
    for load in loads:
        version = version_of(view, load.label, known)
        for symbol in load.symbols if version else ():
            if symbol.name in _NEW:
                yield from _rule(view, load, symbol, version)
            elif symbol.name in ("interpreter", "host_platform"):
                yield from _constant(view, load, symbol, version, known)


def _interpreters(view: View, known: Repositories, labels: frozenset[str]) -> Iterator[Finding]:
    """What a MODULE.bazel lacks so that the labels that come for `interpreter` mean something."""
    proxy = next(iter(proxies(view, PYTHON)), "")
    versions = {version_of(view, label, known) for label in labels} - {""}
    hosts = {f"python_{version.replace('.', '_')}_host" for version in versions}
    missing = sorted(hosts - known.hosts - repositories(view, PYTHON).keys())
    if proxy and missing:
        names = ", ".join(f'"{name}"' for name in missing)
        message = f"the interpreter of the host, for which files load 'interpreter', is in {', '.join(missing)}"
        yield Finding(0, 0, message, appended(view, proxy, f"use_repo({proxy}, {names})\n"))


def _rule(view: View, load: Load, symbol: Loaded, version: str) -> Iterator[Finding]:
    name, path = symbol.name, _NEW[symbol.name]
    message = f"{load.label} is deprecated: {name} takes python_version = {quote(version).decode()}"
    if first := missing(view):
        yield Finding(symbol.start, symbol.end, message, advice=first)
        return
    wanted = frozenset({view.bindings.loaded[symbol.local]})
    calls = [call for call, _ in view.calls(wanted) if view.bindings.root(call.callee) == symbol.local]
    uses = [use for use in view.uses(wanted) if view.bindings.root(use.name) == symbol.local]
    for use in uses:
        advice = f"Use {name} of {written(view, path)}, and give its targets python_version where it is called."
        yield Finding(use.start, use.end, f"{message}, and it is used here as a value", advice=advice)
    local, to_load = _name_for(view, load, symbol)
    bind = {local: (written(view, path), name)} if to_load else {}
    release = frozenset({symbol.local}) - {local}
    keeping = bool(uses) and local == symbol.local
    parts = [] if keeping else [_call(view, call, symbol, local, version, message, bind, release) for call in calls]
    if local == symbol.local and len(parts) > 1:
        yield from _together(parts)
    else:
        yield from parts
    if not calls and not uses:
        yield Finding(symbol.start, symbol.end, f"{message}, and is not used", Fix(release=frozenset({symbol.local})))


def _name_for(view: View, load: Load, symbol: Loaded) -> tuple[str, bool]:
    """The local name of the ordinary rule, and whether it has to be loaded."""
    new = exported((_NEW[symbol.name], *BUNDLES), (symbol.name,))
    known = next((local for local, it in view.bindings.loaded.items() if it in new), None)
    if known is not None:
        return known, False
    taken = {item.local for other in view.loads for item in other.symbols}
    if symbol.local == symbol.name or symbol.name in taken:
        return symbol.local, True
    return view.bindings.free_name(symbol.name, *new, prefix="_")


def _call(
    view: View,
    call: Call,
    symbol: Loaded,
    local: str,
    version: str,
    message: str,
    bind: dict[str, tuple[str, str]],
    release: frozenset[str],
) -> Finding:
    callee = local if call.callee == symbol.local else None
    given = call.argument("python_version")
    if given is not None and call.string("python_version") == "PY3":
        given = None  # of the time of Python 2; it says nothing
    put = {} if given is not None else {"python_version": quote(version).decode()}
    fix = Fix.of(rewrite(call, callee=callee, put=put), bind=bind, release=release)
    advice, level = "", Level.NOTE
    if given is not None and call.string("python_version") != version:
        advice, level = f"It has a python_version already, which was overruled by {version}: choose one.", Level.PERSON
        return Finding(call.start, call.callee_range[1], message, None, advice, level)
    if call.splats and given is None:
        advice = _HIDDEN
    return Finding(call.start, call.callee_range[1], message, fix, advice, level)


def _together(parts: list[Finding]) -> Iterator[Finding]:
    """One finding with all fixes: a name that is kept changes its meaning once, so either all calls move or none."""
    stuck = [part for part in parts if part.fix is None]
    if stuck:
        yield from stuck
        return
    fixes = [part.fix for part in parts if part.fix is not None]
    whole = Fix(
        tuple(edit for fix in fixes for edit in fix.edits),
        tuple(change for fix in fixes for change in fix.changes),
        fixes[0].bind,
        fixes[0].release,
    )
    advice = next((part.advice for part in parts if part.advice), "")
    yield replace(parts[0], fix=whole, advice=advice)


def _constant(view: View, load: Load, symbol: Loaded, version: str, known: Repositories) -> Iterator[Finding]:
    """`interpreter`, a label that a string can say, and `host_platform`."""
    message = f"'{symbol.name}' of {load.label} is gone"
    if symbol.name == "host_platform":
        advice = "Ask `repository_ctx.os` in the repository rule that needs it."
        yield Finding(symbol.start, symbol.end, message, advice=advice)
        return
    repo = _host_repository(view, load, version)
    label = f"@{repo}//:python"
    uses = list(view.uses(frozenset({view.bindings.loaded[symbol.local]})))
    edits = tuple(Edit(use.start, use.end, quote(label)) for use in uses)
    changes = tuple(change for use in uses for change in view.changes_at(use))
    fix = Fix(edits, changes, release=frozenset({symbol.local}))
    message += f"; {label} is the interpreter of the host"
    beside = load.label.lstrip("@").partition("//")[0]
    unknown = bool(view.workspace.module_files) and beside not in known.single and beside not in known.hubs
    advice = f"Name {repo} in a use_repo of MODULE.bazel." if unknown and uses else ""
    yield Finding(symbol.start, symbol.end, message, fix, advice, Level.NOTE)


def _host_repository(view: View, load: Load, version: str) -> str:
    """The repository with the interpreter of the host, beside the one that a file is loaded from."""
    suffix = version.replace(".", "_")
    if view.workspace.module_files:
        return f"python_{suffix}_host"
    repo, _, rest = load.label.lstrip("@").partition("//")
    return f"{repo}_host" if rest.startswith(":") else f"{repo}_{suffix}_host"


_MODULE = """bazel_dep(name = "rules_python", version = "1.4.0")

python = use_extension("@rules_python//python/extensions:python.bzl", "python")
"""

MIGRATION = Migration(
    id=_ID,
    summary="Replace rules of @python_versions//3.12:defs.bzl and its kind by python_version.",
    page=Page(
        what=(
            "Loads `py_binary`, `py_test`, `py_console_script_binary` and `compile_pip_requirements` from where they "
            'live, and adds `python_version = "3.12"` to the calls of those that came from `@python_versions//3.12`, '
            "`@python_aliases//3.12`, `@python_3_12`, or a repository that `python_register_toolchains` made under "
            "any name. `interpreter` becomes the label `@python_3_12_host//:python`, which MODULE.bazel comes to name "
            "in a `use_repo`; without MODULE.bazel that of the repository beside it."
        ),
        why="The files are deprecated since 1.1.0, when the rules themselves learnt the attribute.",
        safety=(
            "Safe. A rule used as a value cannot be given an attribute, so it stays and is left to a person; so is a "
            "call with another `python_version`."
        ),
        references=(DOCS + "/toolchains.html", CHANGES),
    ),
    gate=Gate(module="rules_python", since="1.1.0"),
    kinds=STARLARK,
    needles=(b":defs.bzl", b"use_extension"),
    find=find,
    scan=scan,
    scan_needles=(*_versions.SCAN_NEEDLES, b"interpreter"),
    gather=gather,
    cases=(
        Case(
            "two versions and the ordinary rule",
            """load("@python_versions//3.11:defs.bzl", py_test_3_11 = "py_test")
load("@python_versions//3.12:defs.bzl", py_test_3_12 = "py_test")
load("@rules_python//python:py_test.bzl", "py_test")

py_test(
    name = "t",
    srcs = ["t.py"],
)

py_test_3_11(
    name = "t11",
    srcs = ["t.py"],
)

py_test_3_12(
    name = "t12",
    srcs = ["t.py"],
    main = "t.py",
    visibility = ["//visibility:public"],
)
""",
            """load("@rules_python//python:py_test.bzl", "py_test")

py_test(
    name = "t",
    srcs = ["t.py"],
)

py_test(
    name = "t11",
    srcs = ["t.py"],
    python_version = "3.11",
)

py_test(
    name = "t12",
    srcs = ["t.py"],
    main = "t.py",
    python_version = "3.12",
    visibility = ["//visibility:public"],
)
""",
        ),
        Case(
            "the repository of one version",
            """load("@python_3_12//:defs.bzl", "compile_pip_requirements", "py_binary")

compile_pip_requirements(
    name = "reqs",
    src = "requirements.in",
)

py_binary(name = "a")

py_binary(name = "b")
""",
            """load("@rules_python//python:pip.bzl", "compile_pip_requirements")
load("@rules_python//python:py_binary.bzl", "py_binary")

compile_pip_requirements(
    name = "reqs",
    src = "requirements.in",
    python_version = "3.12",
)

py_binary(
    name = "a",
    python_version = "3.12",
)

py_binary(
    name = "b",
    python_version = "3.12",
)
""",
        ),
        Case(
            "a repository that the WORKSPACE gives a name, and its interpreter",
            {
                "WORKSPACE": """local_repository(
    name = "rules_python",
    path = "rules_python",
)

load("@rules_python//python:repositories.bzl", "python_register_toolchains")

python_register_toolchains(
    name = "py",
    python_version = "3.11.4",
)

load("@py//:defs.bzl", "interpreter")
load("@rules_python//python:pip.bzl", "pip_parse")

pip_parse(
    name = "pip",
    python_interpreter_target = interpreter,
)
""",
                "BUILD.bazel": 'load("@py//:defs.bzl", "py_binary")\n\npy_binary(name = "b")\n',
            },
            {
                "WORKSPACE": """local_repository(
    name = "rules_python",
    path = "rules_python",
)

load("@rules_python//python:repositories.bzl", "python_register_toolchains")

python_register_toolchains(
    name = "py",
    python_version = "3.11.4",
)

load("@rules_python//python:pip.bzl", "pip_parse")

pip_parse(
    name = "pip",
    python_interpreter_target = "@py_host//:python",
)
""",
                "BUILD.bazel": 'load("@rules_python//python:py_binary.bzl", "py_binary")\n\n'
                'py_binary(\n    name = "b",\n    python_version = "3.11.4",\n)\n',
            },
        ),
        Case(
            "interpreters of the host, in a module",
            {
                "MODULE.bazel": _MODULE + 'use_repo(python, "python_versions", new = "python_3_12")\n',
                "a/BUILD.bazel": 'load("@new//:defs.bzl", "interpreter")\n\ntool(\n    name = "t",\n'
                "    python = interpreter,\n)\n",
                "b/BUILD.bazel": 'load("@python_versions//3.11:defs.bzl", old = "interpreter")\n\ntool(\n'
                '    name = "t",\n    python = old,\n)\n',
            },
            {
                "MODULE.bazel": _MODULE + 'use_repo(python, "python_versions", new = "python_3_12")\n'
                'use_repo(python, "python_3_11_host", "python_3_12_host")\n',
                "a/BUILD.bazel": 'tool(\n    name = "t",\n    python = "@python_3_12_host//:python",\n)\n',
                "b/BUILD.bazel": 'tool(\n    name = "t",\n    python = "@python_3_11_host//:python",\n)\n',
            },
        ),
        Case(
            "a rule as a value stays",
            'load("//:m.bzl", "m")\nload("@python_3_12//:defs.bzl", "py_test")\n\n'
            'm(\n    name = "x",\n    rule = py_test,\n)\n',
            person=("used here as a value",),
        ),
        Case(
            "another version is given already",
            'load("@python_3_12//:defs.bzl", "py_test")\n\n'
            'py_test(\n    name = "t",\n    python_version = "3.11",\n)\n',
            person=("is deprecated",),
        ),
        Case(
            "a version of the time of Python 2",
            'load("@python_3_12//:defs.bzl", "py_test")\n\npy_test(\n    name = "t",\n    python_version = "PY3",\n)\n',
            'load("@rules_python//python:py_test.bzl", "py_test")\n\n'
            'py_test(\n    name = "t",\n    python_version = "3.12",\n)\n',
        ),
        Case(
            "a macro whose arguments cannot be seen",
            {
                "m.bzl": 'load("@python_3_12//:defs.bzl", _py_test = "py_test")\n\n'
                "def t(name, **kwargs):\n    _py_test(name = name, **kwargs)\n"
            },
            {
                "m.bzl": 'load("@rules_python//python:py_test.bzl", "py_test")\n\n'
                'def t(name, **kwargs):\n    py_test(name = name, python_version = "3.12", **kwargs)\n'
            },
            notes=("is deprecated",),
        ),
        Case(
            "a repository of another kind",
            'load("@pythons//3.12:defs.bzl", "py_test")\n\npy_test(name = "t")\n',
        ),
        Case(
            "a release whose rules lack the attribute",
            {
                "MODULE.bazel": 'bazel_dep(name = "rules_python", version = "0.40.0")\n',
                "BUILD.bazel": 'load("@python_3_12//:defs.bzl", "py_test")\n\npy_test(name = "t")\n',
            },
        ),
    ),
)
