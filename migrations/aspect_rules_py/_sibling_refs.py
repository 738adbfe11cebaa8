"""References to `:x.venv`, the target that v1 made beside every `py_binary` and `py_test`.

https://github.com/aspect-build/rules_py/blob/v1.11.7/py/defs.bzl
"""

from __future__ import annotations

import ast
import enum
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from buildfile.bindings import Symbol
from buildfile.calls import Scope, dotted, string_value, walk
from buildfile.labels import BadLabel, Label
from buildfile.source import STARLARK
from buildfile.statements import Statement
from migrations.aspect_rules_py._surface import DEFS
from migrations.view import String, View

NEEDLE = b".venv"
OWNERS = frozenset(Symbol(DEFS, name) for name in ("py_binary", "py_test", "py_pytest_test"))
"""The macros that made the sibling, and what one of them may have become."""

_LABEL = (
    r"(?<![\w/@:.$}-])(?:(?:@@?[\w.+~-]*)?//[\w./+-]*:|[\w./+-]*:|(?<=run )|(?<=build ))"
    r"[\w+-][\w.+=,@~/-]*?\.venv(?![\w/-]|\.\w)"
)
_IN_TEXT = re.compile(_LABEL.encode())
_IN_STRING = re.compile(_LABEL)
_COMPUTED = re.compile(rb"[\w/:@$(){}.-]*[})%]\w*\.venv(?![\w/-]|\.\w)|[\w/:@.-]*\$\w+\.venv(?![\w/-]|\.\w)")
_VERB = re.compile(rb"(?<![\w=:/.-])(run|build|test|query|cquery|aquery|coverage)(?![\w=:/.-])")
_RUNNERS = {("multirun", "commands"), ("command", "command"), ("alias", "actual")}
_NO_LABEL = ("name", "venv_name", "link_name", "visibility")


class Kind(enum.Enum):
    """What a reference wants of the sibling."""

    VENV = "venv"
    """The virtualenv: to build it, to have it at hand."""
    LINK = "link"
    """A link to it, made when it is run, by a label in a BUILD file."""
    COMMAND = "command"
    """The same by a command, in text or a comment or a message."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference to a sibling.

    Attributes:
        kind: what it wants.
        packages: the directories, repository-relative, whose package it may mean, the likeliest first.
        owner: the name of the target it is the sibling of.
        text: the label as written.
        start, end: where it stands in its file, quotes included.
        line: its line.
        note: whether it is only read by people.
    """

    kind: Kind
    packages: tuple[str, ...]
    owner: str
    text: str
    start: int
    end: int
    line: int
    note: bool = False


def references(view: View) -> list[Reference]:
    """All references with a name that can be read, in order."""
    if view.file.kind not in STARLARK:
        return list(_in_text(view, 0, len(view.file.data), note=False))
    found = [reference for string in view.strings(".venv") for reference in _in_string(view, string)]
    for start, end in view.comments(NEEDLE):
        found += _in_text(view, start, end, note=True)
    return sorted(found, key=lambda item: item.start)


def _in_string(view: View, string: String) -> Iterator[Reference]:
    line = view.file.position(string.start)[0]
    attribute, callee = _attribute(view, string.statement, string.start, string.end)
    if attribute in _NO_LABEL:
        return
    whole = view.label(string.value) if string.value.endswith(".venv") and " " not in string.value else None
    if whole is not None:
        kind = Kind.LINK if (callee, attribute) in _RUNNERS else Kind.VENV
        yield from _reference(view, whole, kind, string.value, string.start, string.end, line)
        return
    for found in _IN_STRING.finditer(string.value):
        label = view.label(found[0])
        kind = _kind(string.value[: found.start()].encode()) or Kind.VENV
        if label is not None:
            yield from _reference(view, label, kind, found[0], string.start, string.end, line)


def _attribute(view: View, statement: Statement, start: int, end: int) -> tuple[str, str]:
    """The attribute that a range stands in, and the last part of what is called."""
    found = "", ""
    for call in view.all_calls(statement):
        for argument in call.arguments:
            if argument.start <= start and end <= argument.end and argument.name:
                found = argument.name, (call.callee or "").rpartition(".")[2]
    return found


def _reference(
    view: View, label: Label, kind: Kind, text: str, start: int, end: int, line: int, *, note: bool = False
) -> Iterator[Reference]:
    owner = label.name.removesuffix(".venv")
    mine = not label.repo or view.workspace.module_of(label.repo) == view.workspace.module
    if owner and not owner.endswith("/") and mine:
        yield Reference(kind, (_directory(view, label.package),), owner, text, start, end, line, note)


def _directory(view: View, package: str) -> str:
    return "/".join(part for part in (view.workspace.path, package) if part)


def _in_text(view: View, start: int, end: int, *, note: bool) -> Iterator[Reference]:
    """References in a range of text. One without a package may mean that of the directory, or the root's."""
    data = view.file.data
    here = view.file.package[len(view.workspace.path) :].strip("/") if view.workspace.path else view.file.package
    for found in _IN_TEXT.finditer(data, start, end):
        text = found[0].decode()
        relative = "//" not in text and text.partition(":")[0] in ("", text)
        try:
            label = Label.parse(text if "//" in text or relative else "//" + text, here)
        except BadLabel:
            continue
        kind = _kind(data[max(start, data.rfind(b"\n\n", 0, found.start()), found.start() - 200) : found.start()])
        if kind is None and note:
            continue
        line = view.file.position(found.start())[0]
        for reference in _reference(view, label, kind or Kind.COMMAND, text, *found.span(), line, note=note):
            root = _directory(view, "")
            more = (root,) if relative and reference.packages != (root,) else ()
            yield replace(reference, packages=(*reference.packages, *more))


def _kind(before: bytes) -> Kind | None:
    """What a command wants, by the last word in front of a label for what Bazel is to do; None if there is none."""
    verbs = _VERB.findall(before)
    return None if not verbs else Kind.COMMAND if verbs[-1] == b"run" else Kind.VENV


def unreadable(view: View) -> Iterator[tuple[int, int]]:
    """Commands in text that compute the name of a sibling."""
    if view.file.kind in STARLARK:
        return
    data = view.file.data
    for found in _COMPUTED.finditer(data):
        line = data.rfind(b"\n", 0, found.start()) + 1
        if b"bazel" in data[line : found.start()]:
            yield found.span()


@dataclass(frozen=True, slots=True)
class Computed:
    """A reference made of the expression that also makes the owner's name.

    Attributes:
        owner: the expression, as a dump.
        source: its source, for people.
        start, end: where it stands.
        scope: the scope around it.
        runs: whether it stands where it is run, as in an alias.
    """

    owner: str
    source: str
    start: int
    end: int
    scope: Scope
    runs: bool


def computed(view: View) -> Iterator[Computed]:
    """References such as `":" + name + ".venv"` and `"%s.venv" % name`."""
    for statement in view.file.statements:
        if statement.is_load or NEEDLE not in statement.text:
            continue
        tree = view.tree(statement)
        seen: set[int] = set()
        for node, scope in walk(tree) if tree is not None else ():
            if tree is None or not isinstance(node, ast.expr) or id(node) in seen:
                continue
            owner = _owner_of(node)
            if owner is not None:
                seen.update(id(inner) for inner in ast.walk(node))
                start, end = tree.start(node), tree.end(node)
                source = view.file.data[start:end].decode("utf-8", "replace")
                attribute, callee = _attribute(view, statement, start, end)
                yield Computed(ast.dump(owner), source, start, end, scope, (callee, attribute) in _RUNNERS)


def _owner_of(node: ast.expr) -> ast.expr | None:
    """The expression for the owner's name in one that makes the label of its sibling."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        pattern = string_value(node.left)
        right = node.right.elts[0] if isinstance(node.right, ast.Tuple) and len(node.right.elts) == 1 else node.right
        return right if pattern in ("%s.venv", ":%s.venv") else None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        pattern = string_value(node.func.value)
        return node.args[0] if pattern in ("{}.venv", ":{}.venv") and len(node.args) == 1 else None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and string_value(node.right) == ".venv":
        return _without_colon(node.left)
    return None


def _without_colon(node: ast.expr) -> ast.expr | None:
    """`":" + a + b` as `a + b`; None for text that is no name in this package."""
    parts: list[ast.expr] = []
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        parts.append(node.right)
        node = node.left
    first = string_value(node)
    rest = parts[::-1]
    if first is not None and first != ":":
        return None if first[:1] in (".", "/", "@", ":") else _sum([node, *rest])
    return _sum(rest if first == ":" else [node, *rest])


def _sum(parts: list[ast.expr]) -> ast.expr | None:
    if not parts:
        return None
    whole = parts[0]
    for part in parts[1:]:
        whole = ast.BinOp(whole, ast.Add(), part)
    return whole


def matches(node: ast.expr, name: str) -> bool:
    """Whether an expression for a name can give a certain one, by the strings in it."""
    return re.fullmatch(_pattern(node), name, re.DOTALL) is not None


def _pattern(node: ast.expr) -> str:
    text = string_value(node)
    if text is not None:
        return re.escape(text)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _pattern(node.left) + _pattern(node.right)
    form = string_value(node.left) if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) else None
    if form is not None:
        return ".*".join(re.escape(part) for part in re.split(r"%[a-z]", form))
    if isinstance(node, ast.Call) and (dotted(node.func) is None) and isinstance(node.func, ast.Attribute):
        form = string_value(node.func.value) if node.func.attr == "format" else None
        if form is not None:
            return ".*".join(re.escape(part) for part in re.split(r"\{\w*\}", form))
    return ".*"
