"""`pip_parse` in a WORKSPACE, which becomes `pip.parse` in MODULE.bazel.

https://rules-python.readthedocs.io/en/latest/pypi/index.html
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from buildfile.source import FileKind
from migrations.extensions import proxies
from migrations.finding import Finding
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.rules_python import _module, _workspace
from migrations.rules_python._extensions import PIP
from migrations.rules_python._module import appended, is_root_module, rules_text
from migrations.rules_python._surface import DOCS
from migrations.rules_python._workspace import here, hubs_in, removed
from migrations.view import View

_ID = "workspace-pip-parse"


def find(view: View) -> Iterator[Finding]:
    """Requirements in a WORKSPACE or a macro, and what MODULE.bazel lacks."""
    part = here(view, _ID)
    if view.file.kind is FileKind.MODULE:
        text = _module.hub_text(view, part) if is_root_module(view) else ""
        if text:
            message = "the requirements of the WORKSPACE are the module's now"
            yield Finding(
                0, 0, message, appended(view, next(iter(proxies(view, PIP)), ""), rules_text(view, part), text)
            )
        return
    moved = {hub.name for hub in part.hubs}
    for found in hubs_in(view, part):
        call = found.call
        symbol = view.bindings.symbol(call.callee, call.scope)
        message = f"{symbol.name if symbol else call.callee} is for a WORKSPACE only"
        if found.why or not set(found.meaning) <= set(part.hubs):
            yield _workspace.stays(view, call, message, found.why, "pip.parse", part)
            continue
        argument = call.argument("python_interpreter_target")
        used = ast.walk(argument.value) if argument is not None else ()
        names = [call.callee or "", *(node.id for node in used if isinstance(node, ast.Name))]
        yield Finding(call.start, call.callee_range[1], message, removed(view, [call.statement], [call.key], names))
    if view.file.kind is FileKind.WORKSPACE:
        yield from _installed(view, moved)


def _installed(view: View, moved: set[str]) -> Iterator[Finding]:
    """`install_deps` of the repositories that moved."""
    for load in view.loads:
        if not load.label.endswith("//:requirements.bzl") or load.label.partition("//")[0].lstrip("@") not in moved:
            continue
        for symbol in load.symbols:
            calls = [call for call in view.calls_named(symbol.local) if call.callee == symbol.local]
            if symbol.name == "install_deps" and all(_workspace.top_level(view, call) for call in calls):
                message = f"{load.label} installs by itself when the module asks for it"
                statements = [call.statement for call in calls]
                yield Finding(symbol.start, symbol.end, message, removed(view, statements, [], [symbol.local]))


_HEAD = 'bazel_dep(name = "rules_python", version = "0.31.0")\n'

MIGRATION = Migration(
    id=_ID,
    summary="Turn pip_parse of a WORKSPACE into pip.parse of MODULE.bazel.",
    page=Page(
        what=(
            "Takes `pip_parse`, or a `pip_install` that is still there, the load of `install_deps` and its call out of "
            "the WORKSPACE, and adds `pip.parse` and `use_repo` to MODULE.bazel. The Python is that of the interpreter "
            "that `pip_parse` was given, else the first that the WORKSPACE registers. A `multi_pip_parse` becomes one "
            "tag for each of its locks."
        ),
        why="A WORKSPACE is not read any more from Bazel 8 on.",
        safety=(
            "`requirement()` and labels of the hub keep working, those of single packages are for `pip-hub-labels`. "
            "Attributes that `pip.parse` does not have, and a Python that cannot be seen, are left to a person."
        ),
        references=(DOCS + "/pypi/index.html", DOCS + "/api/rules_python/python/extensions/pip.html"),
    ),
    gate=Gate(module="rules_python"),
    kinds=(FileKind.WORKSPACE, FileKind.MODULE, FileKind.BZL),
    needles=(b"pip_parse", b"pip_install", b"install_deps"),
    find=find,
    scan=_workspace.scan,
    scan_needles=_workspace.SCAN_NEEDLES,
    scan_kinds=_workspace.SCAN_KINDS,
    gather=_workspace.gather,
    create=_workspace.modules,
    after=("pip-install", "workspace-python-toolchains"),
    cases=(
        Case(
            "with an interpreter",
            {
                "MODULE.bazel": _HEAD,
                "WORKSPACE": """load("@python_3_12//:defs.bzl", "interpreter")
load("@rules_python//python:pip.bzl", "pip_parse")

pip_parse(
    name = "pypi",
    extra_pip_args = ["-v"],
    python_interpreter_target = interpreter,
    requirements_lock = "//:requirements_lock.txt",
)

load("@pypi//:requirements.bzl", "install_deps")

install_deps()

x(name = "y")
""",
            },
            {
                "MODULE.bazel": _HEAD
                + """
pip = use_extension("@rules_python//python/extensions:pip.bzl", "pip")
pip.parse(
    extra_pip_args = ["-v"],
    hub_name = "pypi",
    python_version = "3.12",
    requirements_lock = "//:requirements_lock.txt",
)
use_repo(pip, "pypi")
""",
                "WORKSPACE": 'x(name = "y")\n',
            },
        ),
        Case(
            "interpreters of a registered version, and by name",
            {
                "MODULE.bazel": 'bazel_dep(name = "rules_python", version = "1.4.0")\n',
                "WORKSPACE": """load("@rules_python//python:repositories.bzl", "python_register_multi_toolchains")
load("@rules_python//python:pip.bzl", "pip_parse")

python_register_multi_toolchains(
    name = "our",
    python_versions = [
        "3.11",
        "3.12",
    ],
    register_toolchains = False,
)

pip_parse(
    name = "a",
    python_interpreter_target = "@our_3_12_host//:python",
    requirements_lock = "//:a.txt",
)

pip_parse(
    name = "b",
    python_interpreter = "/usr/bin/python3.10",
    requirements_lock = "//:b.txt",
)
""",
            },
            {
                "MODULE.bazel": """bazel_dep(name = "rules_python", version = "1.4.0")

pip = use_extension("@rules_python//python/extensions:pip.bzl", "pip")
pip.parse(
    hub_name = "a",
    python_version = "3.12",
    requirements_lock = "//:a.txt",
)
pip.parse(
    hub_name = "b",
    python_version = "3.10",
    requirements_lock = "//:b.txt",
)
use_repo(pip, "a", "b")
""",
                "WORKSPACE": """load("@rules_python//python:repositories.bzl", "python_register_multi_toolchains")

python_register_multi_toolchains(
    name = "our",
    python_versions = [
        "3.11",
        "3.12",
    ],
    register_toolchains = False,
)
""",
            },
        ),
        Case(
            "a lock for each of several versions",
            {
                "MODULE.bazel": 'bazel_dep(name = "rules_python", version = "1.4.0")\n',
                "WORKSPACE": """load("@rules_python//python:repositories.bzl", "python_register_multi_toolchains")

python_register_multi_toolchains(
    name = "python",
    python_versions = [
        "3.11",
        "3.12",
    ],
    register_toolchains = False,
)

load("@python//:pip.bzl", "multi_pip_parse")
load("@python//3.11:defs.bzl", old = "interpreter")
load("@python//3.12:defs.bzl", new = "interpreter")

ARGS = ["--no-deps"]

multi_pip_parse(
    name = "pypi",
    default_version = "3.12",
    extra_pip_args = ARGS,
    python_interpreter_target = {
        "3.11": old,
        "3.12": new,
    },
    requirements_lock = {
        "3.11": "//:old.txt",
        "3.12": "//:new.txt",
    },
)

load("@pypi//:requirements.bzl", "install_deps")

install_deps()

multi_pip_parse(
    name = "more",
    requirements_lock = LOCKS,
)
""",
            },
            {
                "MODULE.bazel": """bazel_dep(name = "rules_python", version = "1.4.0")

pip = use_extension("@rules_python//python/extensions:pip.bzl", "pip")
pip.parse(
    extra_pip_args = ["--no-deps"],
    hub_name = "pypi",
    python_version = "3.11",
    requirements_lock = "//:old.txt",
)
pip.parse(
    extra_pip_args = ["--no-deps"],
    hub_name = "pypi",
    python_version = "3.12",
    requirements_lock = "//:new.txt",
)
use_repo(pip, "pypi")
""",
                "WORKSPACE": """load("@rules_python//python:repositories.bzl", "python_register_multi_toolchains")

python_register_multi_toolchains(
    name = "python",
    python_versions = [
        "3.11",
        "3.12",
    ],
    register_toolchains = False,
)

load("@python//:pip.bzl", "multi_pip_parse")

ARGS = ["--no-deps"]

multi_pip_parse(
    name = "more",
    requirements_lock = LOCKS,
)
""",
            },
            person=("is for a WORKSPACE only",),
        ),
        Case(
            "in the WORKSPACE that holds beside a MODULE.bazel, and attributes that have names",
            {
                "MODULE.bazel": _HEAD,
                "WORKSPACE": 'local_repository(\n    name = "rules_python",\n    path = "r",\n)\n',
                "WORKSPACE.bzlmod": """load("@rules_python//python:pip.bzl", "pip_parse")
load("//:defs.bzl", "ARGS")

LOCK = "//:r.txt"

pip_parse(
    name = "pypi",
    python_interpreter = "python3.12",
    requirements_lock = LOCK,
)

pip_parse(
    name = "more",
    extra_pip_args = ARGS,
    python_interpreter = "python3.12",
    requirements_lock = LOCK,
)
""",
            },
            {
                "MODULE.bazel": _HEAD
                + """
pip = use_extension("@rules_python//python/extensions:pip.bzl", "pip")
pip.parse(
    hub_name = "pypi",
    python_version = "3.12",
    requirements_lock = "//:r.txt",
)
use_repo(pip, "pypi")
""",
                "WORKSPACE.bzlmod": """load("@rules_python//python:pip.bzl", "pip_parse")
load("//:defs.bzl", "ARGS")

LOCK = "//:r.txt"

pip_parse(
    name = "more",
    extra_pip_args = ARGS,
    python_interpreter = "python3.12",
    requirements_lock = LOCK,
)
""",
            },
            person=("is for a WORKSPACE only",),
        ),
        Case(
            "its predecessor",
            {
                "MODULE.bazel": _HEAD,
                "WORKSPACE": """load("@rules_python//python:pip.bzl", "pip_install")

pip_install(
    name = "pypi",
    python_interpreter_target = "@python_3_12_host//:python",
    requirements = "//:requirements_lock.txt",
)

x(name = "y")
""",
            },
            {
                "MODULE.bazel": _HEAD
                + """
pip = use_extension("@rules_python//python/extensions:pip.bzl", "pip")
pip.parse(
    hub_name = "pypi",
    python_version = "3.12",
    requirements_lock = "//:requirements_lock.txt",
)
use_repo(pip, "pypi")
""",
                "WORKSPACE": 'x(name = "y")\n',
            },
        ),
        Case(
            "a Python that cannot be seen",
            {
                "MODULE.bazel": _HEAD,
                "WORKSPACE": 'load("@rules_python//python:pip.bzl", "pip_parse")\n\n'
                'pip_parse(\n    name = "pypi",\n    requirements_lock = "//:r.txt",\n)\n',
            },
            person=("is for a WORKSPACE only",),
        ),
        Case(
            "annotations",
            {
                "MODULE.bazel": _HEAD,
                "WORKSPACE": 'load("@rules_python//python:pip.bzl", "pip_parse")\n\n'
                'pip_parse(\n    name = "pypi",\n    annotations = A,\n'
                '    python_interpreter_target = "@python_3_12_host//:python",\n)\n',
            },
            person=("is for a WORKSPACE only",),
        ),
        Case(
            "the macro of another ruleset", {"WORKSPACE": 'load("@o//:p.bzl", "pip_parse")\n\npip_parse(name = "p")\n'}
        ),
    ),
)
