"""One statement at a time: its tree with byte offsets, and whether it is Starlark.

The tree is CPython's `ast`. It is some thirty times faster than a libcst tree with positions and has what an edit
needs, the range of every node in bytes; what it leaves out (comments, commas, white space) is never written again,
since an edit replaces ranges and not nodes. For rewriting whole expressions `codemod` has libcst.

CPython's grammar is not Bazel's. What Bazel allows and Python does not is masked before parsing, byte for byte, so
that offsets stay true: bytes beyond ASCII (Starlark reads files as Latin-1) and the names `async` and `await`. What
Python allows and Bazel does not is found by `not_starlark`
(https://github.com/bazelbuild/starlark/blob/master/spec.md).
"""

from __future__ import annotations

import ast
import contextlib
import functools
import re
import warnings
from dataclasses import dataclass

from buildfile.statements import STRING

MAX_BYTES = 8_000_000
"""Statements longer than this are not parsed."""

_MASK = bytes(range(128)) + b"x" * 128
_KEYWORDS = re.compile(rb"\b(?:async|await|None[ \t]*=(?!=))")
_NEWLINE = re.compile(rb"\n")


class Unparsable(Exception):
    """A statement that the parser rejects.

    Attributes:
        reason: one line for people.
        offset: the byte offset in the file, as near to the trouble as is known.
    """

    def __init__(self, reason: str, offset: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.offset = offset


@dataclass(frozen=True)
class Tree:
    """A parsed statement and the way from its nodes to byte offsets of the file.

    Attributes:
        body: the nodes at top level; one, or several where `;` joins them.
        lines: the byte offset in the file of each of its lines.
    """

    body: tuple[ast.stmt, ...]
    lines: tuple[int, ...]

    def start(self, node: ast.expr | ast.stmt | ast.keyword | ast.arg) -> int:
        """Byte offset in the file of the first byte of a node."""
        return self.lines[node.lineno - 1] + node.col_offset

    def end(self, node: ast.expr | ast.stmt | ast.keyword | ast.arg) -> int:
        """Byte offset in the file behind the last byte of a node."""
        return self.lines[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)


def parse(data: bytes, start: int, end: int) -> Tree:
    """Parses the statement at `data[start:end]`.

    Raises:
        Unparsable: syntax the parser does not know, or nesting beyond what it can take.
    """
    text = mask(data[start:end])
    if len(text) > MAX_BYTES:
        raise Unparsable(f"a statement of {len(text):,} bytes is beyond what is parsed ({MAX_BYTES:,})", start)
    if b"\r" in text and re.search(rb"\r(?!\n)", text):
        raise Unparsable("a carriage return that ends no line", start + text.index(b"\r"))
    lines = [start]
    lines.extend(start + found.end() for found in _NEWLINE.finditer(text))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = ast.parse(text)
    except SyntaxError as error:
        line = min(max(error.lineno or 1, 1), len(lines))
        raise Unparsable(error.msg or "invalid syntax", lines[line - 1] + max((error.offset or 1) - 1, 0)) from None
    except (RecursionError, MemoryError):
        raise Unparsable("nested too deeply, or too long a chain of operators", start) from None
    except ValueError as error:  # a NUL byte
        raise Unparsable(str(error), start) from None
    tree = Tree(tuple(module.body), tuple(lines))
    if text != data[start:end]:
        _unmask(tree, data)
    return tree


def _unmask(tree: Tree, data: bytes) -> None:
    """Gives string literals the value they have in the file; bytes that are not UTF-8 are Latin-1, as for Bazel."""
    for top in tree.body:
        for node in ast.walk(top):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                source = data[tree.start(node) : tree.end(node)]
                try:
                    text = source.decode("utf-8")
                except UnicodeDecodeError:
                    text = source.decode("latin-1")
                with contextlib.suppress(SyntaxError, ValueError), warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    node.value = ast.literal_eval(text)


_WS = rb"(?>[ \t\r\n]++|#[^\n]*+\n)*+"
_IDENT = (
    rb"(?!(?:and|as|assert|async|await|break|class|continue|def|del|elif|else|except|finally|for|from|global|if|import"
    rb"|in|is|lambda|nonlocal|not|or|pass|raise|return|try|while|with|yield)\b)[A-Za-z_]\w*+"
)
_DOTTED = _IDENT + rb"(?:\." + _IDENT + rb")*+"


def _plain(depth: int) -> bytes:
    """The pattern of a value that is plainly valid, brackets nested at most `depth` levels."""
    value = _ATOM
    if depth:
        inner = _plain(depth - 1)
        entry = b"(?>" + _ATOM + b")" + _WS + b":" + _WS + inner
        value = (
            rb"\[" + _WS + _series(inner) + rb"\]|\{" + _WS + _series(entry) + rb"\}|"
            + _plain_call(inner) + b"|" + _ATOM
        )  # fmt: skip
    return rb"(?>" + value + rb")(?>" + _WS + rb"\+" + _WS + rb"(?>" + value + rb"))?+"


_ATOM = rb"r?" + STRING + rb"|-?[1-9][0-9]*+|0|" + _DOTTED


def _series(item: bytes) -> bytes:
    return rb"(?>" + item + _WS + rb"(?:," + _WS + rb"|(?=[)\]}])))*+"


def _plain_call(inner: bytes) -> bytes:
    strings = rb"\[" + _WS + _series(b"(?>" + _ATOM + b")") + rb"\]"
    positional = b"(?>" + strings + b"|" + _ATOM + rb")(?!" + _WS + rb"=)"
    keyword = _IDENT + _WS + rb"=(?!=)" + _WS + b"(?>" + strings + rb"(?!" + _WS + rb"\+)|" + inner + b")"
    return _DOTTED + rb"\(" + _WS + _series(positional) + _series(keyword) + rb"\)"


@functools.cache
def _plain_pattern() -> re.Pattern[bytes]:
    """Compiled when first asked for, since that takes longer than many a run."""
    return re.compile(_plain_call(_plain(1)) + rb"[ \t]*+(?:#[^\n]*+)?\r?(?:\n|\Z)", re.DOTALL)


def plainly_valid(data: bytes, start: int, end: int) -> bool:
    """Whether a statement is a call of the most usual form, which a pattern tells faster than a parser.

    False says nothing.
    """
    found = _plain_pattern().match(data, start, end)
    return found is not None and not data[found.end() : end].strip()


def mask(text: bytes) -> bytes:
    """Statement text that CPython parses, of the same length, strings and comments possibly altered."""
    if not text.isascii():
        text = text.translate(_MASK)
    if b"async" in text or b"await" in text or b"None" in text:
        text = _KEYWORDS.sub(lambda found: b"X" + found.group()[1:], text)
    if text.startswith(b"#") or b"coding" in text[:200]:
        text = re.sub(rb"coding(?=[:=])", b"Coding", text)
    return text


_FORBIDDEN: dict[type[ast.AST], str] = {
    ast.ClassDef: "class",
    ast.Import: "import",
    ast.ImportFrom: "import",
    ast.While: "while",
    ast.Try: "try",
    ast.TryStar: "try",
    ast.With: "with",
    ast.Raise: "raise",
    ast.Assert: "assert",
    ast.Delete: "del",
    ast.Global: "global",
    ast.Nonlocal: "nonlocal",
    ast.AsyncFunctionDef: "async def",
    ast.Await: "await",
    ast.Yield: "yield",
    ast.YieldFrom: "yield from",
    ast.GeneratorExp: "a generator expression",
    ast.Set: "a set literal",
    ast.SetComp: "a set comprehension",
    ast.JoinedStr: "an f-string",
    ast.NamedExpr: "':='",
    ast.Pow: "'**'",
    ast.MatMult: "'@'",
    ast.Is: "'is'",
    ast.IsNot: "'is not'",
    ast.Match: "match",
}


def not_starlark(tree: Tree) -> tuple[str, int] | None:
    """The first thing in a statement that Python has and Starlark has not, with its byte offset; else None.

    https://github.com/bazelbuild/starlark/blob/master/spec.md
    """
    if len(tree.body) == 1 and _plain_call_of(tree.body[0]):
        return None
    stack: list[tuple[ast.AST, int]] = [(top, tree.start(top)) for top in reversed(tree.body)]
    while stack:
        node, at = stack.pop()
        kind = type(node)
        if kind is ast.Name:
            continue
        if isinstance(node, ast.expr | ast.stmt | ast.keyword):
            at = tree.start(node)
        word = _FORBIDDEN.get(kind) or (_forbidden_form(node) if kind in _SUSPECT else None)
        if word is not None:
            return f"{word} is not Starlark", at
        if kind is not ast.Constant:
            stack.extend([(child, at) for child in ast.iter_child_nodes(node)])
    return None


def _plain_call_of(top: ast.stmt) -> bool:
    """Whether a statement is a call with nothing in it but strings, names and lists of them, no keyword twice."""
    if not isinstance(top, ast.Expr) or not isinstance(top.value, ast.Call) or type(top.value.func) is not ast.Name:
        return False
    keywords = top.value.keywords
    for value in (*top.value.args, *(keyword.value for keyword in keywords)):
        items = value.elts if isinstance(value, ast.List) else (value,)
        for item in items:
            if type(item) is not ast.Name and not (
                isinstance(item, ast.Constant) and isinstance(item.value, str | int)
            ):
                return False
    return len({keyword.arg for keyword in keywords}) == len(keywords)


_SUSPECT = frozenset({ast.Compare, ast.Constant, ast.FunctionDef, ast.For, ast.Call})


def _forbidden_form(node: ast.AST) -> str | None:
    if isinstance(node, ast.Compare) and len(node.ops) > 1:
        return "a chained comparison"
    if isinstance(node, ast.Constant) and (isinstance(node.value, complex) or node.value is Ellipsis):
        return "a complex number or '...'"
    if isinstance(node, ast.FunctionDef) and node.decorator_list:
        return "a decorator"
    if isinstance(node, ast.For) and node.orelse:
        return "else after for"
    if isinstance(node, ast.Call):
        names = [keyword.arg for keyword in node.keywords if keyword.arg is not None]
        if len(names) != len(set(names)):
            twice = next(name for name in names if names.count(name) > 1)
            return f"the argument '{twice}' given twice"
    return None
