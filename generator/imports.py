"""What a Python source file imports, found without parsing the file.

Sources may be older or newer than the interpreter that runs trekbok, or be broken, so no grammar is
asked. `scan` skips over everything that cannot hold an import (code, strings, template strings, comments)
with one compiled pattern and stops only at statements that matter: imports, `if TYPE_CHECKING:` blocks, the
main guard and `# gazelle:` annotations. `import` and `from` start a statement only at the start of a logical
line or after `:` or `;`, which is what tells statements from the text around them.

Follows the lexical rules of https://docs.python.org/3/reference/lexical_analysis.html with PEP 701 (quotes
nested in f-strings), PEP 750 (template strings) and PEP 810 (lazy imports).
"""

from __future__ import annotations

import re
from typing import NamedTuple

import msgspec


class Import(NamedTuple):
    """One imported name.

    `name` is the full dotted name: `a.b` for `import a.b`, `a.b` for `from a import b`, `a.*` for a star
    import. Relative names keep their dots: `..x.y` for `from ..x import y`. `source` is the part after
    `from`, or empty. `line` counts from 1 and is that of the name. `type_only` is true under
    `if TYPE_CHECKING:`.
    """

    name: str
    source: str
    line: int
    type_only: bool


class Annotation(NamedTuple):
    """A `# gazelle:NAME VALUE` comment: its line, name, value, and the whole comment as written.

    `value` is None when the comment stops after the name.
    """

    line: int
    name: str
    value: str | None
    comment: str


class Facts(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What the generator needs to know about one source file.

    `main_guard`: the module has a top-level `if __name__ == "__main__":`. `error`: the line of the first
    syntax error that was noticed, or 0; what could be recognised is given all the same.
    """

    imports: tuple[Import, ...]
    annotations: tuple[Annotation, ...]
    main_guard: bool
    error: int


_SPACE = rb"(?:[ \t\f]|\\\n)"
_NAME = rb"[A-Za-z_\x80-\xff][\w\x80-\xff]*+"
_DOTTED = rb"%(n)b(?:%(s)b*\.%(s)b*%(n)b)*" % {b"n": _NAME, b"s": _SPACE}
_TRIPLE = rb"""\"\"\"[^"\\]*+(?:(?:\\.|"(?!""))[^"\\]*+)*+\"\"\"|'''[^'\\]*+(?:(?:\\.|'(?!''))[^'\\]*+)*+'''"""
_SINGLE = rb""""(?!"")[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"|'(?!'')[^'\\\n]*+(?:\\.[^'\\\n]*+)*+'"""
_PLAIN_STRING = _TRIPLE + rb"|" + _SINGLE
# A string that ends at the same place whether or not it is a template string: no quote, backslash, newline
# or comment inside its braces.
_CALM = rb"\\[^{}]|\{\{|\}\}|\{[^{}\"'\\\n#]*+\}"
_CALM_STRING = (
    rb"\"\"\"(?:[^\"\\{}]++|\"(?!\"\")|%(c)b)*+\"\"\"|'''(?:[^'\\{}]++|'(?!'')|%(c)b)*+'''"
    rb"|\"(?!\"\")(?:[^\"\\\n{}]++|%(c)b)*+\"|'(?!'')(?:[^'\\\n{}]++|%(c)b)*+'" % {b"c": _CALM}
)
# `if"x"in y` may look like a template string here; it is told apart once the scan has stopped.
_NOT_TEMPLATE = rb"(?<![fFtT])(?<![fFtT][rR])"

_SKIP = re.compile(
    rb"""(?:
        [^\n"'\#\\:;]++
      | \n[ \t\f]*+(?!(?:from|import|lazy)(?![\w\x80-\xff])|(?:el)?if\b(?:[^\n\\]|\\.)*?(?:TYPE_CHECKING|__main__))
      | [:;][ \t\f]*+(?!(?:from|import|lazy)(?![\w\x80-\xff]))
      | \\\n?
      | \#(?![\# ]*gazelle:)[^\n]*+
      | %b(?:%b)
      | %b
    )*+"""
    % (_NOT_TEMPLATE, _PLAIN_STRING, _CALM_STRING),
    re.VERBOSE | re.DOTALL,
)
_STRING = re.compile(_PLAIN_STRING, re.DOTALL)
_STATEMENT_START = re.compile(rb"[\n:;][ \t\f]*+")
_LAZY = re.compile(rb"lazy%b+(?=(?:from|import)(?![\w\x80-\xff]))" % _SPACE)
_IMPORT = re.compile(rb"import(?![\w\x80-\xff])")
_FROM = re.compile(
    rb"from(?![\w\x80-\xff])%(s)b*((?:\.%(s)b*)*)(%(d)b)?%(s)b*(?<![\w\x80-\xff])import(?![\w\x80-\xff])"
    % {b"s": _SPACE, b"d": _DOTTED}
)
_MODULE_ITEM = re.compile(
    rb"%(s)b*(%(d)b)(?:%(s)b+as%(s)b+%(n)b)?%(s)b*(,)?" % {b"s": _SPACE, b"d": _DOTTED, b"n": _NAME}
)
_NAME_ITEM = re.compile(rb"%(s)b*(%(n)b|\*)(?:%(s)b+as%(s)b+%(n)b)?%(s)b*(,)?" % {b"s": _SPACE, b"n": _NAME})
_OPEN = re.compile(rb"%b*\(" % _SPACE)
_LINE_END = re.compile(rb"%b*+(?:[\n;\#]|\Z)" % _SPACE)
_WIDE_SPACE = rb"(?:\s|\\\n|\#[^\n]*\n)"
_WRAPPED_ITEM = re.compile(
    rb"%(s)b*+(%(n)b|\*)(?:%(s)b++as%(s)b++%(n)b)?%(s)b*+(,)?" % {b"s": _WIDE_SPACE, b"n": _NAME}
)
_CLOSE = re.compile(rb"%b*+\)" % _WIDE_SPACE)
_GAP = re.compile(_SPACE)
# No name can be one of these, so a list of imported names that meets one has lost its closing bracket.
_KEYWORDS = frozenset([b"import", b"from", b"def", b"class", b"if", b"for", b"return", b"try", b"with", b"while"])

_TYPE_CHECK = re.compile(
    rb"(?:el)?if(?:%(s)b+(not))?%(s)b+(?:%(n)b%(s)b*\.%(s)b*)?TYPE_CHECKING%(s)b*:" % {b"s": _SPACE, b"n": _NAME}
)
_ELSE = re.compile(rb"else%b*:" % _SPACE)
_MAIN_NAME = rb"""(?:"__main__"|'__main__')"""
_MAIN_GUARD = re.compile(
    rb"if%(s)b*(?:__name__%(s)b*==%(s)b*%(m)b|%(m)b%(s)b*==%(s)b*__name__)%(s)b*:" % {b"s": _SPACE, b"m": _MAIN_NAME}
)
_COMMENT = re.compile(rb"#[^\n]*")
_ANNOTATION = re.compile(r"[# ]*gazelle:([^ ]*)(?: (.*))?")

_TEMPLATE_PREFIXES = frozenset([b"f", b"fr", b"rf", b"t", b"tr", b"rt"])
_TEMPLATE_TEXT = {
    quote: re.compile(
        rb"(?:[^{\\%(stop)b]++|\\[^{}]|\\(?=[{}])|\{\{|%(inner)b)*+" % {b"stop": stop, b"inner": inner}, re.DOTALL
    )
    for quote, stop, inner in (
        (b'"', rb'"\n', rb"(?!)"),
        (b"'", rb"'\n", rb"(?!)"),
        (b'"""', b'"', rb'"(?!"")'),
        (b"'" * 3, b"'", rb"'(?!'')"),
    )
}
_FIELD_CODE = re.compile(rb"(?:[^\"'#(){}\[\]:\\]++|\\\n)*+")
_FIELD_FORMAT = {b'"': re.compile(rb"[^{}\"\n]*+"), b"'": re.compile(rb"[^{}'\n]*+")}
_LONG_FIELD_FORMAT = re.compile(rb"[^{}]*+")
_BLOCK_TOKEN = re.compile(rb"[\"'#(){}\[\]\\]|\n[ \t\f]*+(?=[^\s#])")
_BRACKET_TOKEN = re.compile(rb"[\"'(){}\[\]]|#[^\n]*+|\\.", re.DOTALL)
_MAX_NESTING = 50


def scan(data: bytes) -> Facts:
    """The imports, annotations and main guard of the source file with content `data`.

    Never raises on content of whatever kind. Imports and annotations come in the order of the file.
    """
    return _Scan(data).run()


class _Scan:
    """One pass over one file."""

    def __init__(self, data: bytes) -> None:
        if data.startswith(b"\xef\xbb\xbf"):
            data = data[3:]
        if b"\r" in data:
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        # With a newline in front every statement starts after one.
        self.data = b"\n" + data
        self.imports: list[Import] = []
        self.annotations: list[Annotation] = []
        self.main_guard = False
        self.error = 0
        self.type_only: list[tuple[int, int]] = []
        self._line_at = 0
        self._line = 0

    def run(self) -> Facts:
        data = self.data
        size = len(data)
        skip = _SKIP.match
        at = 0
        while True:
            found = skip(data, at)
            at = found.end() if found else at
            if at >= size:
                break
            byte = data[at]
            if byte == 0x23:  # "#"
                at = self._annotations(at, data.find(b"\n", at) % (size + 1))
            elif byte in b"\"'":
                at = self._string(at)
            else:
                at = self._statement(at)
        if not self.error and not _balanced(data):
            wrong = _unbalanced(data)
            self.error = data.count(b"\n", 0, wrong) if wrong >= 0 else 0
        return Facts(tuple(self.imports), tuple(self.annotations), self.main_guard, self.error)

    def line(self, at: int) -> int:
        """The line of offset `at`; cheap as long as offsets grow."""
        if at < self._line_at:
            return self.data.count(b"\n", 0, at)
        self._line += self.data.count(b"\n", self._line_at, at)
        self._line_at = at
        return self._line

    def _fail(self, at: int) -> None:
        if not self.error:
            self.error = max(1, self.line(at))

    def _annotations(self, start: int, end: int) -> int:
        """Reads the comments between two offsets, where nothing but comments holds a `#`."""
        for comment in _COMMENT.finditer(self.data, start, end):
            text = comment.group().decode("utf-8", "replace")
            found = _ANNOTATION.match(text)
            if found:
                value = found.group(2)
                self.annotations.append(Annotation(self.line(comment.start()), found.group(1), value, text))
        return end

    def _string(self, at: int) -> int:
        end = _string_end(self.data, at)
        if end < 0:
            self._fail(at)
            if self.data[at : at + 3] in (b'"""', b"'''"):
                return len(self.data)
            end = self.data.find(b"\n", at)
            return end if end >= 0 else len(self.data)
        return end

    def _statement(self, at: int) -> int:
        """Handles what may be a statement of interest; gives where to go on."""
        data = self.data
        start = _STATEMENT_START.match(data, at)
        if start is None:  # a backslash at the very end, or a byte no rule covers
            return at + 1
        begin = start.end()
        lazy = _LAZY.match(data, begin)
        begin = lazy.end() if lazy else begin
        if found := _IMPORT.match(data, begin):
            return self._import(found.end())
        if found := _FROM.match(data, begin):
            return self._from(found)
        if data[at] == 0x0A:
            if found := _TYPE_CHECK.match(data, begin):
                self._type_check(at, begin, found)
                return found.end() - 1
            if begin == at + 1 and _MAIN_GUARD.match(data, begin):
                self.main_guard = True
        # `yield` and `raise` put a `from` at the start of a line inside brackets; an `if` is none of ours.
        return begin + 1

    def _import(self, at: int) -> int:
        while found := _MODULE_ITEM.match(self.data, at):
            name = _joined(found.group(1))
            self._add(name, "", found.start(1))
            at = found.end()
            if not found.group(2):
                break
        if not _LINE_END.match(self.data, at):
            self._fail(at)
        return at

    def _from(self, header: re.Match[bytes]) -> int:
        data = self.data
        source = _joined(header.group(1) + (header.group(2) or b""))
        at = header.end()
        if not source:
            self._fail(at)
            return at
        prefix = source if source.endswith(".") else source + "."
        wrapped = _OPEN.match(data, at)
        item = _WRAPPED_ITEM if wrapped else _NAME_ITEM
        at = wrapped.end() if wrapped else at
        start = at
        count = 0
        while (found := item.match(data, at)) and found.group(1) not in _KEYWORDS:
            count += 1
            self._add(prefix + found.group(1).decode("utf-8", "replace"), source, found.start(1))
            at = found.end()
            if not found.group(2):
                break
        end = _CLOSE.match(data, at) if wrapped else _LINE_END.match(data, at)
        if end is None or not count:
            self._fail(at)
        if wrapped:
            at = end.end() if end else at
            if data.find(b"gazelle:", start, at) >= 0:
                self._annotations(start, at)
        return at

    def _add(self, name: str, source: str, at: int) -> None:
        type_only = any(start <= at < end for start, end in self.type_only)
        self.imports.append(Import(name, source, self.line(at), type_only))

    def _type_check(self, at: int, begin: int, found: re.Match[bytes]) -> None:
        """Marks the block that only type checkers run: the body, or with `not` the `else` after it."""
        indent = self.data[at:begin]
        start = found.end()
        end = _block_end(self.data, start, _column(indent))
        if found.group(1):
            other = _ELSE.match(self.data, end + len(indent)) if self.data.startswith(indent, end) else None
            if other is None:
                return
            start = other.end()
            end = _block_end(self.data, start, _column(indent))
        self.type_only.append((start, end))


def _joined(dotted: bytes) -> str:
    """A dotted name without the white space that may stand around its dots."""
    if not dotted.replace(b".", b"").isalnum():
        dotted = _GAP.sub(b"", dotted)
    return dotted.decode("utf-8", "replace")


def _column(indent: bytes) -> int:
    return len(indent.strip(b"\n\f").expandtabs(8))


def _block_end(data: bytes, at: int, column: int) -> int:
    """Where the block ends whose colon stands before `at` and whose statement starts at `column`.

    That is the newline before the next statement that is not indented deeper, or the end of `data`.
    """
    inline = _LINE_END.match(data, at) is None
    depth = 0
    while token := _BLOCK_TOKEN.search(data, at):
        byte = data[token.start()]
        at = token.end()
        if byte == 0x0A:
            if not depth and (inline or _column(token.group()) <= column):
                return token.start()
        elif byte in b"\"'":
            at = _string_end(data, token.start())
            if at < 0:
                return len(data)
        elif byte == 0x23:  # "#"
            at = data.find(b"\n", at)
            if at < 0:
                return len(data)
        elif byte in b"([{":
            depth += 1
        elif byte in b")]}":
            depth = max(0, depth - 1)
        else:  # a backslash hides the byte after it
            at += 1
    return len(data)


_PAIRS = {0x29: 0x28, 0x5D: 0x5B, 0x7D: 0x7B}


def _balanced(data: bytes) -> bool:
    """Whether brackets of each kind are opened as often as closed, those in strings and comments counted too."""
    return all(data.count(opening) == data.count(closing) for closing, opening in _PAIRS.items())


def _unbalanced(data: bytes) -> int:
    """The offset of the first bracket in code that does not fit, or is never closed; -1 if all do."""
    stack: list[int] = []
    at = 0
    while token := _BRACKET_TOKEN.search(data, at):
        start = token.start()
        byte = data[start]
        at = token.end()
        if byte in b"\"'":
            at = _string_end(data, start)
            if at < 0:
                return start
        elif byte in b"([{":
            stack.append(start)
        elif byte in b")]}" and (not stack or data[stack.pop()] != _PAIRS[byte]):
            return start
    return stack[0] if stack else -1


def _string_end(data: bytes, at: int, nesting: int = 0) -> int:
    """The offset after the string whose first quote stands at `at`; -1 if it does not end."""
    word = at
    while word and at - word < 3 and (data[word - 1 : word].isalnum() or data[word - 1] in b"_"):
        word -= 1
    if data[word:at].lower() in _TEMPLATE_PREFIXES:
        end = _template_end(data, at, nesting)
        if end >= 0:
            return end
    found = _STRING.match(data, at)
    return found.end() if found else -1


def _template_end(data: bytes, at: int, nesting: int) -> int:
    quote = data[at : at + 3]
    if quote not in _TEMPLATE_TEXT:
        quote = quote[:1]
    text = _TEMPLATE_TEXT[quote]
    at += len(quote)
    while found := text.match(data, at):
        at = found.end()
        if data.startswith(quote, at):
            return at + len(quote)
        if not data.startswith(b"{", at) or nesting > _MAX_NESTING:
            return -1
        at = _field_end(data, at + 1, quote, nesting + 1)
        if at < 0:
            return -1
    return -1


def _field_end(data: bytes, at: int, quote: bytes, nesting: int) -> int:
    """The offset after the `}` of the replacement field whose `{` stands before `at`; -1 without one."""
    depth = 0
    while found := _FIELD_CODE.match(data, at):
        at = found.end()
        byte = data[at : at + 1]
        if not byte:
            return -1
        if byte in b"\"'":
            at = _string_end(data, at, nesting)
        elif byte == b"#":
            at = data.find(b"\n", at)
        elif byte in b"([{":
            depth += 1
            at += 1
        elif byte in b")]}":
            if not depth:
                return at + 1 if byte == b"}" else -1
            depth -= 1
            at += 1
        elif byte == b":" and not depth:
            return _format_end(data, at + 1, quote, nesting)
        else:
            at += 1
        if at < 0:
            return -1
    return -1


def _format_end(data: bytes, at: int, quote: bytes, nesting: int) -> int:
    text = _FIELD_FORMAT.get(quote, _LONG_FIELD_FORMAT)
    while found := text.match(data, at):
        at = found.end()
        byte = data[at : at + 1]
        if byte == b"}":
            return at + 1
        if byte != b"{" or nesting > _MAX_NESTING:
            return -1
        at = _field_end(data, at + 1, quote, nesting + 1)
        if at < 0:
            return -1
    return -1
