"""Comments that say a finding is wanted: `# trekbok: disable=ID (reason)`.

A comment behind code covers what begins on its line, the largest thing that does: an element, an attribute, a target,
a statement; where nothing begins, what ends there. A comment on a line of its own covers what follows it.
`disable-file` covers the file. `# buildifier: disable=` counts where buildifier means the same
(https://github.com/bazelbuild/buildtools/blob/main/WARNINGS.md).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from buildfile.calls import skip_space
from buildfile.loads import BadLoad, parse_load
from buildfile.source import STARLARK, SourceFile
from buildfile.statements import STRING, Statement
from buildfile.syntax import Unparsable
from migrations.finding import Finding

ALIKE = {
    "load": ("unused-load",),
    "native-py": ("native-python-rules",),
    "same-origin-load": ("same-file-load", "duplicate-load"),
    "bzl-visibility": ("private-load",),
}
"""Buildifier's warning to the checks of ours that mean the same."""

_HINT = re.compile(rb"(?:trekbok:)|(?:(?:buildifier|buildozer):[ \t]*disable=)")
_COMMENT = re.compile(STRING + rb"|(#[^\n]*)", re.DOTALL)
_DIRECTIVE = re.compile(
    r"\btrekbok:[ \t]*([\w-]*)[ \t]*(?:=[ \t]*([\w-]+(?:[ \t]*,[ \t]*[\w-]+)*))?[ \t]*(.*)", re.DOTALL
)
_FOREIGN = re.compile(r"\b(?:buildifier|buildozer):[ \t]*disable=([\w-]+(?:[ \t]*,[ \t]*[\w-]+)*)")
_REASON = re.compile(r"^[\s(:;—–-]*(.*?)[\s)]*(?:-->)?\s*$", re.DOTALL)
_MARK = re.compile(rb"(?:#|//|;|<!--|--|\brem\b)?[ \t]*\btrekbok:[^\n]*")


@dataclass(frozen=True, slots=True)
class Suppression:
    """One comment.

    Attributes:
        ids: the ids it names, as written.
        covers: the byte ranges it covers.
        start, end: the byte range of the comment.
        reason: why; `""` if it does not say.
        ours: whether it is `trekbok:` and not another tool's.
        whole_file: whether it covers the file.
        problem: what is wrong with it; `""` if it can be read.
    """

    ids: tuple[str, ...]
    covers: tuple[tuple[int, int], ...]
    start: int
    end: int
    reason: str = ""
    ours: bool = True
    whole_file: bool = False
    problem: str = ""

    def names(self, id: str) -> bool:
        """Whether it names a check, by its id or by the words its id begins with."""
        return any(id == item or id.startswith(item + "-") for item in self.ids)

    def suppresses(self, id: str, finding: Finding) -> bool:
        """Whether it covers the place of a finding, or all the places that its fix would edit."""
        if not self.names(id):
            return False
        if self._covers(finding.start):
            return True
        edits = finding.fix.edits if finding.fix is not None else ()
        return bool(edits) and all(self._covers(edit.start) for edit in edits)

    def _covers(self, offset: int) -> bool:
        return any(start <= offset < end for start, end in self.covers)


def suppressions_of(file: SourceFile) -> tuple[Suppression, ...]:
    """The suppressions of a file, in order."""
    if _HINT.search(file.data) is None:
        return ()
    return tuple(_in_starlark(file) if file.kind in STARLARK else _in_text(file))


def _in_starlark(file: SourceFile) -> Iterator[Suppression]:
    for comment in _COMMENT.finditer(file.data):
        if comment[1] is None:
            continue
        start, end = comment.span(1)
        text = comment[1].decode("utf-8", "replace").rstrip("\r")
        ours = _DIRECTIVE.search(text)
        if ours is not None:
            yield _directive(ours, start, start + len(comment[1].rstrip(b"\r")), lambda at=start: _covered(file, at))
        foreign = _FOREIGN.search(text)
        if foreign is not None:
            ids = tuple(id for word in foreign[1].split(",") for id in ALIKE.get(word.strip(), ()))
            if ids:
                yield Suppression(ids, _covered(file, start), start, end, ours=False)


def _in_text(file: SourceFile) -> Iterator[Suppression]:
    data = file.data
    for mark in _MARK.finditer(data):
        directive = _DIRECTIVE.search(mark[0].decode("utf-8", "replace").rstrip("\r"))
        if directive is None or not directive[1].startswith("disable"):
            continue
        line = data.rfind(b"\n", 0, mark.start()) + 1
        alone = not data[line : mark.start()].strip()
        end = data.find(b"\n", mark.end()) + 1 or len(data)
        if alone:
            line, end = end, data.find(b"\n", end) + 1 or len(data)
        yield _directive(directive, mark.start(), mark.end(), lambda found=((line, end),): found)


def _directive(directive: re.Match[str], start: int, end: int, covers: object) -> Suppression:
    word, ids, rest = directive.groups()
    reason = _REASON.match(rest or "")
    names = tuple(item.strip() for item in ids.split(",")) if ids else ()
    whole = word == "disable-file"
    problem = ""
    if word not in ("disable", "disable-file"):
        problem = f"'trekbok: {word}' is no directive; there are 'disable' and 'disable-file'"
    elif not names:
        problem = f"it names no finding; write 'trekbok: {word}=ID (reason)'"
    assert callable(covers)
    ranges = ((0, 1 << 62),) if whole else covers() if not problem else ()
    return Suppression(names, ranges, start, end, reason[1] if reason else "", True, whole, problem)


def _covered(file: SourceFile, comment: int) -> tuple[tuple[int, int], ...]:
    """The ranges that the comment at an offset covers."""
    data = file.data
    line = data.rfind(b"\n", 0, comment) + 1
    follows = skip_space(data, comment)
    near = re.search(rb"\n[ \t]*\r?\n", data[comment:follows]) is None
    around = next(
        (item for item in file.statements if item.lead <= comment < item.end or (near and item.start == follows)), None
    )
    if around is None:
        return ()
    spans = list(_spans(file, around))
    if data[line:comment].strip(b" \t"):
        begins = [span for span in spans if line <= span[0] < comment]
        return tuple(_outermost(begins or [span for span in spans if line < span[1] <= comment]))
    return tuple(_outermost([span for span in spans if span[0] == follows]))


def _outermost(spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    end = -1
    for span in sorted(spans, key=lambda item: (item[0], -item[1])):
        if span[1] > end:
            end = span[1]
            yield span


def _spans(file: SourceFile, statement: Statement) -> Iterator[tuple[int, int]]:
    """What a comment can be about in a statement: itself, inner statements, calls, arguments, elements."""
    end = statement.start + len(statement.text.rstrip())
    yield statement.start, end
    try:
        if statement.is_load and statement.error is None:
            load = parse_load(statement)
            yield load.label_start, load.label_end
            yield from ((symbol.start, symbol.end) for symbol in load.symbols)
            return
        tree = statement.tree
    except (Unparsable, BadLoad):
        return
    for top in tree.body:
        for node in ast.walk(top):
            parts: list[ast.expr | ast.keyword | ast.stmt] = []
            if isinstance(node, ast.stmt):
                parts = [node]
            elif isinstance(node, ast.Call):
                parts = [node, *node.args, *node.keywords]
            elif isinstance(node, ast.List | ast.Tuple):
                parts = list(node.elts)
            elif isinstance(node, ast.Dict):
                for key, value in zip(node.keys, node.values, strict=True):
                    yield tree.start(key or value), tree.end(value)
            yield from ((tree.start(part), tree.end(part)) for part in parts)
