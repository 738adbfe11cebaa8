"""Rewriting whole expressions with libcst, one statement at a time.

For edits that a byte range does not describe: an expression that becomes another one, built from parts of it. libcst
keeps comments and white space; it is also slow, and cannot take everything that Bazel can. So a statement is measured
before libcst sees it, and has to come back to the byte before anything is changed
(https://libcst.readthedocs.io/en/latest/codemods.html).
"""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from buildfile.edits import Edit
from buildfile.rewrite import Rewritten
from buildfile.source import SourceFile
from buildfile.statements import STRING, Statement
from buildfile.syntax import Tree, Unparsable
from buildfile.targets import Change, changes_between

if TYPE_CHECKING:
    import libcst

MAX_BYTES = 200_000
"""Longer statements are refused: libcst reads about a megabyte a second."""

MAX_DEPTH = 80
"""Statements nested deeper are refused, brackets and chains of operators alike: libcst recurses."""

_TOKEN = re.compile(rb"#[^\n]*|(" + STRING + rb")|([(\[{])|([)\]}])|\s+|[^\s#\"'()\[\]{}]+|.", re.DOTALL)


class Refused(Exception):
    """A statement that libcst cannot be trusted with; the message says why, for people."""


def codemod(
    file: SourceFile, statement: Statement, transformer: Callable[[], libcst.CSTTransformer] | libcst.CSTTransformer
) -> Rewritten:
    """What a libcst transformer makes of one statement.

    Args:
        file: the file.
        statement: the statement of it.
        transformer: the transformer, or what makes one (then it is only made if it is needed).

    Returns:
        The byte edits in the file and what they do to its targets, ready for `Fix.of`; no edits if nothing changed.

    Raises:
        Refused: the statement is too long or too deep, libcst cannot parse it, or does not give it back as it was.
    """
    text = statement.text
    _measure(statement)
    import libcst

    source, encoding = _decoded(text)
    try:
        module = libcst.parse_module(source)
        if module.code != source:
            raise Refused("libcst does not give this statement back as it is")
        new = module.visit(transformer if isinstance(transformer, libcst.CSTTransformer) else transformer()).code
    except (libcst.ParserSyntaxError, libcst.CSTValidationError) as error:
        raise Refused(f"libcst cannot read this statement: {str(error).splitlines()[0]}") from None
    except RecursionError:
        raise Refused("nested too deeply for libcst") from None
    edits = _edits(text, new.encode(encoding), statement.start)
    return Rewritten(edits, tuple(sorted(_changes(file, statement, new.encode(encoding)))) if edits else ())


def _decoded(text: bytes) -> tuple[str, str]:
    """The text, and the encoding that gives the same bytes back; Bazel reads what is not UTF-8 as Latin-1."""
    try:
        return text.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return text.decode("latin-1"), "latin-1"


def _measure(statement: Statement) -> None:
    """Refuses what would make libcst slow, recurse too deep, or crash.

    Raises:
        Refused: see there.
    """
    text = statement.text
    if len(text) > MAX_BYTES:
        raise Refused(f"a statement of {len(text):,} bytes is too long for libcst ({MAX_BYTES:,})")
    depth = strings = 0
    for token in _TOKEN.finditer(text):
        if token[1]:
            strings += 1
        elif token[2]:
            depth, strings = depth + 1, 0
        elif token[3]:
            depth, strings = depth - 1, 0
        elif not token[0].isspace() and not token[0].startswith(b"#"):
            strings = 0
        if depth > MAX_DEPTH or strings > MAX_DEPTH:
            raise Refused("nested too deeply for libcst")
    try:
        tree = statement.tree
    except Unparsable as error:
        raise Refused(error.reason) from None
    if _depth(tree) > MAX_DEPTH:
        raise Refused("nested too deeply for libcst")


def _depth(tree: Tree) -> int:
    """The depth of a tree; chains of `and` and `or` count as long as they are, since libcst nests them."""
    deepest = 0
    stack: list[tuple[ast.AST, int]] = [(node, 1) for node in tree.body]
    while stack:
        node, depth = stack.pop()
        if isinstance(node, ast.BoolOp):
            depth += len(node.values)
        deepest = max(deepest, depth)
        stack.extend((child, depth + 1) for child in ast.iter_child_nodes(node))
    return deepest


def _edits(old: bytes, new: bytes, start: int) -> tuple[Edit, ...]:
    """The least edits by lines, each cut down to the bytes that differ."""
    if old == new:
        return ()
    one, two = old.splitlines(keepends=True), new.splitlines(keepends=True)
    offsets = [0]
    for line in one:
        offsets.append(offsets[-1] + len(line))
    edits = []
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, one, two, autojunk=False).get_opcodes():
        if tag != "equal":
            was, now = b"".join(one[i1:i2]), b"".join(two[j1:j2])
            head = _common(was, now)
            tail = _common(was[head:][::-1], now[head:][::-1])
            edits.append(Edit(start + offsets[i1] + head, start + offsets[i2] - tail, now[head : len(now) - tail]))
    return tuple(edits)


def _common(one: bytes, two: bytes) -> int:
    """How many bytes two texts have in common from their start."""
    return next((index for index, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))


def _changes(file: SourceFile, statement: Statement, new: bytes) -> set[Change]:
    """How the targets of a statement differ from those of the text that takes its place."""
    old = SourceFile(file.path, file.kind, statement.text)
    try:
        return changes_between(old, SourceFile(file.path, file.kind, new))
    except Unparsable as error:
        raise Refused(f"what comes of this statement does not parse: {error.reason}") from None
