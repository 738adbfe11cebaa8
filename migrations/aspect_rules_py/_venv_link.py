"""The link macro of v1, `py_venv_link` or `py_venv`, which built the virtualenv it linked, in the two targets of v2.

https://github.com/aspect-build/rules_py/blob/main/py/private/py_venv/defs.bzl
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from packaging.version import InvalidVersion, Version

from buildfile.calls import Call, key_of
from buildfile.edits import Edit
from buildfile.rewrite import rewrite
from buildfile.source import FileKind
from buildfile.style import attribute_key, quote
from buildfile.targets import Change
from migrations.aspect_rules_py._surface import DEFS, MODULE, anywhere
from migrations.finding import Finding, Fix, Level
from migrations.view import View

LINKS = anywhere("py_venv_link")
VENVS = anywhere("py_venv")

_ONLY_V1 = ("venv_name", "srcs", "deps", "imports", "resolutions", "virtual_deps", "python_version", "debug", "mode")
_ONLY_LINK = ("visibility", "args", "env", "env_inherit", "deprecation")
_BOTH = ("tags", "testonly", "target_compatible_with", "exec_compatible_with", "exec_properties", "features")


_V2 = Version("2.0.0a0")


def is_v2(view: View) -> bool:
    """Whether the workspace says that it is on aspect_rules_py 2 already."""
    version = _version(view)
    return version is not None and version >= _V2


def is_v1(view: View) -> bool:
    """Whether the workspace says that it is on aspect_rules_py 1; if it says nothing it is on neither."""
    version = _version(view)
    return version is not None and version < _V2


def stays_v1(view: View) -> bool:
    """Whether the workspace still says that it is on aspect_rules_py 1 once this run is over."""
    dependency = view.workspace.dependencies.get(MODULE)
    if dependency is None or dependency.local or not is_v1(view):
        return False
    return view.option("bump", "yes") == "no" or dependency.path not in view.workspace.module_files


def _version(view: View) -> Version | None:
    try:
        return Version(view.target.versions.get(MODULE, "").replace("-alpha.", "a"))
    except InvalidVersion:
        return None


def takes_venv(call: Call) -> bool:
    """Whether a call of `py_venv_link` has the form of v2, with the label of a virtualenv."""
    venv = call.argument("venv")
    if venv is None or any(call.argument(name) is not None for name in _ONLY_V1):
        return False
    text = call.string("venv")
    return text is None or text.startswith((":", "//", "@"))


def linked(view: View) -> set[bytes]:
    """The names, as source text, of the virtualenvs that a `py_venv_link` of v2's form links."""
    found: set[bytes] = set()
    for call, _ in view.calls(LINKS):
        venv = call.argument("venv") if takes_venv(call) else None
        if venv is not None:
            text = call.string("venv")
            label = view.label(text) if text is not None else None
            found.add(quote(label.name) if label is not None else call.text(venv).removeprefix(b'":" + '))
    return found


def unlinked(view: View, calls: Iterator[Call]) -> list[Call]:
    """Those calls of `py_venv` that no `py_venv_link` of v2's form refers to."""
    done = linked(view)
    found = []
    for call in calls:
        name = call.argument("name")
        text = call.string("name")
        if name is None or (quote(text) if text is not None else call.text(name)) not in done:
            found.append(call)
    return found


def split(view: View, call: Call, message: str) -> Finding:
    """One call of the link macro in two: a `py_venv` under a new name, and the link of it under the old one."""
    start, end = call.start, call.callee_range[1]
    name = call.argument("name")
    line_end = _line_end(call)
    if name is None or not call.alone or line_end is None or any(item.name in (None, "*") for item in call.arguments):
        advice = "Make it two targets by hand: py_venv with the attributes, and py_venv_link(venv = …, link_name = …)."
        return Finding(start, end, message, advice=advice)
    venv_local, venv_missing = view.bindings.free_name("py_venv", *VENVS, at=start)
    link_local, link_missing = view.bindings.free_name("py_venv_link", *LINKS, at=start)
    label = view.spell(DEFS, like=view.label_of(call.callee))
    bind = {venv_local: (label, "py_venv")} if venv_missing else {}
    bind |= {link_local: (label, "py_venv_link")} if link_missing else {}
    new_name, venv_label = _names(view, call)
    passed = [item for item in call.arguments if item.name in (*_ONLY_LINK, *_BOTH)]
    if any(b"$(" in call.text(item) for item in passed if item.name in ("args", "env")):
        passed += [item for item in call.arguments if item.name == "data"]
    made = {str(item.name): call.text(item) for item in (name, *passed)}
    made |= {"venv": venv_label, "link_name": _link_name(view, call)}
    rewritten = rewrite(call, callee=venv_local, put={"name": new_name.decode()}, drop=("venv_name", *_ONLY_LINK))
    nl = call.file.newline
    indent = _indent(call)
    ordered = sorted(made.items(), key=lambda item: attribute_key(item[0]))
    inner = b"".join(indent + b"    " + key.encode() + b" = " + value + b"," + nl for key, value in ordered)
    blank = b"" if call.scope.function else nl
    text = blank + indent + link_local.encode() + b"(" + nl + inner + indent + b")" + nl
    at, unfinished = line_end
    insertion = Edit(at, at, (nl if unfinished else b"") + (text.removesuffix(nl) if unfinished else text))
    changes = {Change(call.key, str(item.name)) for item in call.arguments}
    changes |= {Change(call.key, key) for key in ("kind", "**", *made)}
    changes.add(Change(key_of(new_name.decode("latin-1"), call.scope.function), "added"))
    fix = Fix((*rewritten.edits, insertion), (*rewritten.changes, *changes), bind)
    unseen = "The unpacked arguments reach the virtualenv only; visibility, tags or args in them belong to the link."
    return Finding(start, end, message, fix, unseen if call.splats else "", Level.NOTE)


def _names(view: View, call: Call) -> tuple[bytes, bytes]:
    """The source of the new target's name, which is free, and of its label."""
    text = call.string("name")
    if text is not None:
        free = text + "_venv"
        number = 1
        while quote(free) in view.file.data or quote(":" + free) in view.file.data:
            number += 1
            free = f"{text}_venv_{number}"
        return quote(free), quote(":" + free)
    source = _source(call)
    return source + b' + "_venv"', b'":" + ' + source + b' + "_venv"'


def _source(call: Call) -> bytes:
    """The source of a computed name, in parentheses where it would not add up otherwise."""
    name = call.argument("name")
    assert name is not None
    adds = isinstance(name.value, ast.BinOp) and isinstance(name.value.op, ast.Add)
    simple = adds or isinstance(name.value, ast.Name | ast.Call | ast.Attribute | ast.Constant)
    return call.text(name) if simple else b"(" + call.text(name) + b")"


def _link_name(view: View, call: Call) -> bytes:
    """The source of the name that the link has had: the one given, or that of package and target."""
    given = call.argument("venv_name")
    if given is not None and not (isinstance(given.value, ast.Constant) and given.value.value is None):
        return call.text(given)
    package = view.file.package[len(view.workspace.path) :].strip("/").replace("/", "+")
    front = f".{package}+" if package else "."
    text = call.string("name")
    if view.file.kind is FileKind.BZL:
        return b'"." + (native.package_name() + "/" + ' + _source(call) + b').lstrip("/").replace("/", "+")'
    return quote(front + text) if text is not None else quote(front) + b" + " + _source(call)


def _indent(call: Call) -> bytes:
    data = call.file.data
    return data[data.rfind(b"\n", 0, call.start) + 1 : call.start]


def _line_end(call: Call) -> tuple[int, bool] | None:
    """Behind the line on which a call ends, and whether the file ends without a line end there.

    None if something else stands on the lines of the call.
    """
    data = call.file.data
    end = data.find(b"\n", call.end)
    rest = data[call.end : end if end >= 0 else len(data)].strip()
    if (rest and not rest.startswith(b"#")) or _indent(call).strip(b" \t"):
        return None
    return (end + 1, False) if end >= 0 else (len(data), True)
