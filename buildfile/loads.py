"""Load statements: what they say, and changing them.

A change says which local names are to be loaded from where and which names are no longer needed; the statements
that follow from it are edited in buildifier's order, merged where a file is loaded already, and removed where they
are left empty. Loads that a change does not touch stay as they are.

https://bazel.build/extending/concepts#loading-an-extension
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from buildfile.edits import Edit
from buildfile.items import Items, merge_deletions
from buildfile.labels import sort_key
from buildfile.source import SourceFile
from buildfile.statements import STRING, Statement, removals
from buildfile.style import INDENT, quote

_TOKEN = re.compile(rb"\s+|#[^\n]*|([A-Za-z_]\w*)[ \t\r\n]*=|(" + STRING + rb")|(,)|(\))", re.DOTALL)
_PLAIN = re.compile(rb'(load\s*\()\s*"([!#-\[\]-~ ]*)"((?>\s*,\s*(?:[A-Za-z_]\w*\s*=\s*)?"[!#-\[\]-~ ]*")*+)\s*,?\s*\)')
_REST = re.compile(rb"[ \t]*+(?:#[^\n\r]*+)?[ \t\r\n]*+")
_PLAIN_SYMBOL = re.compile(rb'(?:([A-Za-z_]\w*)\s*=\s*)?"([^"]*)"')
_WORD = re.compile(rb"#[^\n]*|" + STRING + rb"|([A-Za-z_]\w*+)(?![ \t]*+=(?!=))", re.DOTALL)
_COMMENTS = re.compile(rb"(?>[ \t]*+#[^\n]*+(?:\n|\Z))++")
_LICENCE = re.compile(rb"(?i)copyright|licen[cs]e|spdx-")


@dataclass(frozen=True, slots=True)
class Loaded:
    """One symbol of a load: `local = "name"`.

    Attributes:
        local: the name in this file.
        name: the name in the loaded file.
        start, end: its range, `local = "name"`.
    """

    local: str
    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Load:
    """A load statement.

    Attributes:
        statement: the statement it is.
        label: the loaded file as written.
        label_start, label_end: the range of that string, quotes included.
        symbols: what it loads.
        open, close: the offsets behind the `(` and of the `)`.
    """

    statement: Statement
    label: str
    label_start: int
    label_end: int
    symbols: tuple[Loaded, ...]
    open: int
    close: int


class BadLoad(ValueError):
    """A load statement that is none: a computed label, a missing quote."""


def parse_load(statement: Statement) -> Load:
    """Reads a load statement, also one with a positional symbol behind a named one, which Python rejects.

    Raises:
        BadLoad: it is not made of string literals alone.
    """
    data = statement.data
    plain = _PLAIN.match(data, statement.start, statement.end)
    if plain is not None:  # nothing in it but strings and names, as nearly always
        loaded = tuple(
            Loaded((item[1] or item[2]).decode(), item[2].decode(), item.start(), item.end())
            for item in _PLAIN_SYMBOL.finditer(data, plain.start(3), plain.end(3))
        )
        place = plain.start(2) - 1, plain.end(2) + 1
        _ends(statement, plain.end())
        return Load(statement, plain[2].decode(), *place, loaded, plain.end(1), plain.end() - 1)
    opened = data.index(b"(", statement.start) + 1
    at = opened
    label: tuple[str, int, int] | None = None
    symbols: list[Loaded] = []
    local: tuple[str, int] | None = None
    while at < statement.end:
        token = _TOKEN.match(data, at)
        if token is None:
            raise BadLoad("a load takes string literals only")
        if token[1]:
            local = token[1].decode(), token.start(1)
        elif token[2]:
            text = _text(token[2])
            if label is None and local is None:
                label = text, token.start(2), token.end(2)
            elif local is not None:
                symbols.append(Loaded(local[0], text, local[1], token.end(2)))
                local = None
            else:
                symbols.append(Loaded(text, text, token.start(2), token.end(2)))
        elif token[4]:
            break
        at = token.end()
    if label is None or local is not None:
        raise BadLoad("a load names a file and symbols")
    _ends(statement, at + 1)
    return Load(statement, *label, tuple(symbols), opened, at)


def _ends(statement: Statement, at: int) -> None:
    """Makes sure that nothing but a comment follows the call: what does would be taken for a part of the load."""
    if _REST.fullmatch(statement.data, at, statement.end) is None:
        raise BadLoad("something else stands behind a load")


def _text(literal: bytes) -> str:
    quotes = 3 if literal[:3] in (b'"""', b"'''") else 1
    return literal[quotes:-quotes].decode("utf-8", "replace")


def loads_of(file: SourceFile) -> tuple[list[Load], list[tuple[Statement, str]]]:
    """The load statements of a file, and those that cannot be read, with the reason; `SourceFile.loads` keeps it."""
    loads: list[Load] = []
    bad: list[tuple[Statement, str]] = []
    for statement in file.statements:
        if statement.is_load:
            try:
                loads.append(parse_load(statement))
            except BadLoad as error:
                bad.append((statement, str(error)))
    return loads, bad


def used_words(file: SourceFile, words: Collection[str] | None = None) -> set[str]:
    """The identifiers in a file outside load statements, strings and comments, but for those with a `=` behind them.

    Args:
        file: the file.
        words: the only ones of interest; None for all.
    """
    wanted = [word.encode() for word in words or ()]
    found: set[bytes] = set()
    for statement in file.statements:
        data, start, end = statement.data, statement.start, statement.end
        if statement.is_load or (words is not None and not any(data.find(word, start, end) >= 0 for word in wanted)):
            continue
        found.update(word[1] for word in _WORD.finditer(data, start, end) if word[1])
    return {word.decode() for word in (found if words is None else found & set(wanted))}


def first_use(file: SourceFile, words: Collection[str]) -> int | None:
    """Where the first statement begins that runs when the file is loaded and has one of some names; None if none has.

    The body of a function runs later, and does not count.
    """
    wanted = {word.encode() for word in words}
    for statement in file.statements:
        data, start, end = statement.data, statement.start, statement.end
        if statement.is_load or data.startswith(b"def", start):
            continue
        if any(data.find(word, start, end) >= 0 for word in wanted) and any(
            found[1] in wanted for found in _WORD.finditer(data, start, end)
        ):
            return start
    return None


def load_limit(file: SourceFile, words: Collection[str]) -> int | None:
    """In front of what some names have to be loaded; None where every load stands in front of everything else."""
    return first_use(file, words) if _behind_others(file, file.loads[0]) else None


def loads_in_front(file: SourceFile, words: Collection[str]) -> list[Load]:
    """The loads that stand in front of the first use of some names: only what these load is known there."""
    loads, _ = file.loads
    limit = load_limit(file, words)
    return loads if limit is None else [load for load in loads if load.statement.start < limit]


def _behind_others(file: SourceFile, loads: list[Load]) -> list[Load]:
    """The loads that stand behind other statements."""
    plain = next((item.start for item in file.statements if not item.is_load), None)
    return [load for load in loads if plain is not None and load.statement.start > plain]


def used_too_early(file: SourceFile) -> set[str]:
    """The names that are used in front of the statement that loads them."""
    loads, _ = file.loads
    found = set()
    for load in _behind_others(file, loads):
        for symbol in load.symbols:
            first = first_use(file, {symbol.local})
            if first is not None and first < load.statement.start:
                found.add(symbol.local)
    return found


def change_loads(
    file: SourceFile,
    bind: Mapping[str, tuple[str, str]],
    release: Collection[str],
    same: Callable[[str, str], bool] = str.__eq__,
) -> list[Edit]:
    """The edits that make local names come from where they should.

    Args:
        file: the file, with all other edits already made.
        bind: local name to (label as it is to be written, name there). A name loaded from elsewhere moves.
        release: local names whose loads go if nothing in the file uses them any more.
        same: whether two labels, as written in this file, name the same file.
    """
    loads, _ = file.loads
    early = loads_in_front(file, bind.keys())
    used = used_words(file, release)
    gone = {name for name in release if name not in used and name not in bind}
    wanted: dict[str, dict[str, str]] = {}
    for local, (label, name) in bind.items():
        home = next((load for load in early if same(load.label, label)), None)
        key = home.label if home is not None else label
        wanted.setdefault(key, {})[local] = name
    edits: list[Edit] = []
    emptied: list[Load] = []
    for load in loads:
        is_home = load in early and _first_home(early, load)
        staying = wanted.get(load.label, {}) if is_home else {}
        leaving = [
            index
            for index, symbol in enumerate(load.symbols)
            if symbol.local in gone or (symbol.local in bind and staying.get(symbol.local) != symbol.name)
        ]
        coming = {
            local: name
            for local, name in staying.items()
            if not any(symbol.local == local and symbol.name == name for symbol in load.symbols)
        }
        if load.symbols and len(leaving) == len(load.symbols) and not coming:
            emptied.append(load)
        elif leaving or coming:
            edits += _edit_load(file, load, leaving, coming)
    homeless = {label: names for label, names in wanted.items() if not any(load.label == label for load in early)}
    late = [load for load in emptied if load not in early]
    edits += removals(file.data, [load.statement for load in late])
    return edits + _replace_loads(file, early, [load for load in emptied if load in early], homeless)


def _first_home(loads: list[Load], load: Load) -> bool:
    """Whether this is the first of the statements that load its file."""
    return next(other for other in loads if other.label == load.label) is load


def _symbol(local: str, name: str) -> bytes:
    return quote(name) if local == name else local.encode() + b" = " + quote(name)


def _order(local: str, name: str) -> tuple[bool, str]:
    """Buildifier's order of symbols: plain ones by name, then named ones by local name."""
    return local != name, local


def _edit_load(file: SourceFile, load: Load, leaving: list[int], coming: dict[str, str]) -> list[Edit]:
    """Drops and adds symbols of one statement. The label counts as its first item."""
    ranges = [(load.label_start, load.label_end), *((symbol.start, symbol.end) for symbol in load.symbols)]
    items = Items(file.data, load.open, load.close, ranges, file.newline)
    replaced: dict[int, tuple[str, str]] = {}
    staying = [index for index in range(len(load.symbols)) if index not in leaving]
    pending = sorted(coming.items(), key=lambda item: _order(*item))
    if len(pending) == len(leaving) == 1 and _fits(load, leaving[0], pending[0], staying):
        replaced[leaving[0]] = pending.pop()
    edits = [Edit(*ranges[index + 1], _symbol(*new)) for index, new in replaced.items()]
    edits += items.delete([index + 1 for index in leaving if index not in replaced])
    places: dict[int, list[bytes]] = {}
    for local, name in pending:
        after = 0
        for index in staying:
            symbol = load.symbols[index]
            if _order(symbol.local, symbol.name) < _order(local, name):
                after = index + 1
        places.setdefault(after, []).append(_symbol(local, name))
    for after, texts in places.items():
        edits += items.insert(after, texts)
    return merge_deletions(edits)


def _fits(load: Load, index: int, new: tuple[str, str], staying: list[int]) -> bool:
    """Whether a symbol may take the place of another without breaking the order of the rest."""
    names = [load.symbols[item] for item in staying]
    order = [_order(symbol.local, symbol.name) for symbol in names]
    at = sum(1 for item in staying if item < index)
    return order != sorted(order) or (
        all(key < _order(*new) for key in order[:at]) and all(key > _order(*new) for key in order[at:])
    )


def _replace_loads(
    file: SourceFile, loads: list[Load], emptied: list[Load], homeless: dict[str, dict[str, str]]
) -> list[Edit]:
    """Removes statements that load nothing any more and writes the new ones where they belong."""
    edits: list[Edit] = []
    added: dict[int, tuple[bytes, bytes, bytes]] = {}
    emptied = list(emptied)
    anchors = {load.statement.start: (load.label, load.statement) for load in loads if load not in emptied}
    pending: list[str] = []
    for label in sorted(homeless, key=sort_key):
        vacant = next((load for load in emptied if _in_place(loads, anchors.values(), load, label)), None)
        if vacant is None:
            pending.append(label)
            continue
        emptied.remove(vacant)
        anchors[vacant.statement.start] = label, vacant.statement
        if _moved_whole(vacant, homeless[label]):
            edits.append(Edit(vacant.label_start, vacant.label_end, quote(label)))
        else:
            text = _load_text(file, label, homeless[label], vacant)
            edits.append(Edit(vacant.statement.start, vacant.close + 1, text))
    model = next(iter(emptied), None)
    ordered = [anchors[start] for start in sorted(anchors)]
    for label in pending:
        at, before, after = _place(file, ordered, emptied, label)
        text = _load_text(file, label, homeless[label], model) + file.newline
        earlier = added.get(at, (before, b"", after))
        added[at] = earlier[0], earlier[1] + text, earlier[2]
    edits += removals(file.data, [load.statement for load in emptied])
    return edits + [Edit(at, at, before + text + after) for at, (before, text, after) in added.items()]


def _moved_whole(load: Load, symbols: dict[str, str]) -> bool:
    return {symbol.local: symbol.name for symbol in load.symbols} == symbols


def _in_place(loads: list[Load], anchors: Iterable[tuple[str, Statement]], vacant: Load, label: str) -> bool:
    """Whether a load of `label` where `vacant` stands keeps the order of the statements, if they have one."""
    key, here = sort_key(label), vacant.statement.start
    keys = [sort_key(load.label) for load in loads]
    if keys != sorted(keys):
        return True
    return all((statement.start < here) == (sort_key(other) < key) for other, statement in anchors)


def _load_text(file: SourceFile, label: str, symbols: dict[str, str], model: Load | None) -> bytes:
    """A load statement, on one line, or on several if the one it stands in for was."""
    texts = [quote(label)] + [_symbol(*item) for item in sorted(symbols.items(), key=lambda item: _order(*item))]
    if model is not None and b"\n" in file.data[model.open : model.label_start]:
        inner = b"".join(INDENT + text + b"," + file.newline for text in texts)
        return b"load(" + file.newline + inner + b")"
    return b"load(" + b", ".join(texts) + b")"


def _in_order(anchors: list[tuple[str, Statement]]) -> bool:
    keys = [sort_key(label) for label, _ in anchors]
    return keys == sorted(keys)


def _last_run(data: bytes, anchors: list[tuple[str, Statement]]) -> list[tuple[str, Statement]]:
    """The last loads with nothing between them; in a WORKSPACE these are those that something else stands above."""
    first = len(anchors) - 1
    while first and not data[anchors[first - 1][1].end : anchors[first][1].lead].strip():
        first -= 1
    return anchors[first:]


def _behind_comments(file: SourceFile, statement: Statement) -> int:
    """The end of a statement and of the comments right below it that no other statement is right below."""
    found = _COMMENTS.match(file.data, statement.end)
    if found is None or any(other.lead == statement.end for other in file.statements):
        return statement.end
    return found.end()


def _above(statement: Statement, newline: bytes) -> tuple[int, bytes, bytes]:
    """The place right above a load: its comments stay with it, but for those that head the file."""
    if statement.heads:
        return statement.start, b"", b""
    return statement.lead, b"", newline if statement.lead < statement.start else b""


def _place(
    file: SourceFile, anchors: list[tuple[str, Statement]], emptied: list[Load], label: str
) -> tuple[int, bytes, bytes]:
    """Where a new load goes among the statements that stay, and the text in front of and behind it."""
    nl = file.newline
    if anchors:
        if not _in_order(anchors):
            anchors = _last_run(file.data, anchors)
        key = sort_key(label)
        at = sum(1 for other, _ in anchors if sort_key(other) < key) if _in_order(anchors) else len(anchors)
        if at == 0 or (at < len(anchors) and anchors[at][1].lead == anchors[at][1].start):
            return _above(anchors[at][1], nl)
        last = anchors[at - 1][1].end
        below = _behind_comments(file, anchors[at - 1][1])
        line = b"" if file.data[below - 1 : below] == b"\n" else nl
        return below, line + nl if below > last else line, b""
    if emptied:
        return emptied[0].statement.own, b"", b""
    first = next(iter(file.statements), None)
    if first is None:
        return len(file.data), b"" if not file.data or file.data.endswith(b"\n") else nl, b""
    if file.data[first.start : first.start + 1] in b"\"'" or file.data[first.start : first.start + 3] == b'r""':
        end = first.end
        line = b"" if file.data[end - 1 : end] == b"\n" else nl
        return end, line + nl, b"" if file.data[end : end + len(nl)] == nl or end == len(file.data) else nl
    return (first.start if _LICENCE.search(file.data, first.lead, first.start) else first.lead), b"", nl
