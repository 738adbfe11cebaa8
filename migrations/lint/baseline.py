"""The baseline: findings that were there when the linter came, which do not count until their time is up.

A file of JSON, one entry a line and sorted, so that two people who fix different things do not meet in it. It only
shrinks: writing it anew keeps of what is in it what is still found, and adds nothing unless it is told to.
"""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from migrations.lint.diagnostic import Diagnostic

VERSION = 1
"""The version of the format."""

_AGAIN = "remove it and write it anew with --write-baseline"
_CONFLICT = re.compile(rb"^(?:<{7}|={7}|>{7}|\|{7})(?: |\r?$)", re.MULTILINE)


class BaselineError(Exception):
    """A baseline that cannot be used; the message is for people."""


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, order=True):
    """Findings of one kind that are alike.

    Attributes:
        path: the file.
        id: the id of the finding.
        key: see `Diagnostic.key`, number left out.
        text: the first line it stands on, for people.
        count: how many there are.
        owner: who is to fix them.
        expires: the first day, ISO 8601, on which they count again; `""` for never.
    """

    path: str
    id: str
    key: str
    text: str = ""
    count: int = 1
    owner: str = ""
    expires: str = ""


class _Version(msgspec.Struct):
    version: int


class _File(msgspec.Struct, forbid_unknown_fields=True):
    version: int
    entries: list[Entry]


def read(path: Path) -> tuple[Entry, ...]:
    """The entries of a baseline; none if there is no such file.

    Raises:
        BaselineError: it is no baseline.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise BaselineError(f"{path}: cannot be read: {error.strerror or error}") from None
    conflict = _CONFLICT.search(data)
    if conflict is not None:
        raise BaselineError(
            f"{_place(path, data, conflict.start())}: has conflict markers; keep the entries of both sides, a comma "
            "behind each but the last, then run `trekbok lint --prune-baseline`"
        )
    try:
        version = msgspec.json.decode(data, type=_Version).version
        if version != VERSION:
            raise BaselineError(
                f"{path}: is of version {version}, and this trekbok knows version {VERSION}; {_AGAIN}, or use the "
                "trekbok that wrote it"
            )
        file = msgspec.json.decode(data, type=_File)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        at = re.search(r" \(byte (\d+)\)", str(error))
        place = _place(path, data, int(at[1])) if at else path
        reason = str(error).replace(at[0], "") if at else error
        raise BaselineError(f"{place}: is no baseline: {reason}; mend it, or {_AGAIN}") from None
    for entry in file.entries:
        if entry.expires:
            try:
                datetime.date.fromisoformat(entry.expires)
            except ValueError:
                raise BaselineError(
                    f"{path}: the entry for {entry.path} expires on '{entry.expires}', which is no date"
                ) from None
    return tuple(file.entries)


def _place(path: Path, data: bytes, offset: int) -> str:
    """A place in the file for people, `path:line:column`."""
    before = data[:offset].decode("utf-8", "replace").split("\n")
    return f"{path}:{len(before)}:{len(before[-1]) + 1}"


def encode(entries: Iterable[Entry]) -> bytes:
    """The file for some entries."""
    lines = b",\n".join(b"    " + msgspec.json.encode(entry) for entry in sorted(entries))
    return b'{\n  "version": %d,\n  "entries": [' % VERSION + (b"\n" + lines + b"\n  " if lines else b"") + b"]\n}\n"


def key_of(diagnostic: Diagnostic) -> str:
    """What an entry knows a finding by: its key without the number."""
    return (replace(diagnostic, number=0) if diagnostic.number else diagnostic).key


@dataclass
class Matcher:
    """Takes findings off a baseline, one after the other.

    Attributes:
        entries: the entries.
        missing: paths of entries for which there is no file any more; their entries stand for findings of the same
            key in any other file, since the file may have been moved.
        today: the day that decides what has expired.
    """

    entries: tuple[Entry, ...]
    missing: Collection[str] = ()
    today: datetime.date = field(default_factory=datetime.date.today)

    def __post_init__(self) -> None:
        self._left: dict[tuple[str, str, str], list[tuple[int, int]]] = {}
        self.taken: Counter[int] = Counter()
        self._moved: dict[int, str] = {}
        for number, entry in enumerate(self.entries):
            path = "" if entry.path in self.missing else entry.path
            self._left.setdefault((path, entry.id, entry.key), []).append((number, entry.count))

    def take(self, diagnostic: Diagnostic) -> Entry | None:
        """The entry that a finding is in; None if it is new. Each entry serves as often as it says."""
        key = key_of(diagnostic)
        for path in (diagnostic.path, ""):
            left = self._left.get((path, diagnostic.id, key))
            if left:
                number, count = left[-1]
                self.taken[number] += 1
                self._moved[number] = diagnostic.path
                if count > 1:
                    left[-1] = (number, count - 1)
                else:
                    left.pop()
                return self.entries[number]
        return None

    def expired(self, entry: Entry) -> bool:
        """Whether an entry's time is up."""
        return bool(entry.expires) and self.today >= datetime.date.fromisoformat(entry.expires)

    def stale(self) -> list[tuple[Entry, int]]:
        """The entries that stand for more than was found, with how many are left over."""
        return [
            (entry, entry.count - self.taken[number])
            for number, entry in enumerate(self.entries)
            if self.taken[number] < entry.count
        ]

    def kept(self) -> list[Entry]:
        """What is left of the entries once those that stand for nothing are gone."""
        return [
            msgspec.structs.replace(entry, count=self.taken[number], path=self._moved[number])
            for number, entry in enumerate(self.entries)
            if self.taken[number]
        ]


def entries_of(diagnostics: Iterable[Diagnostic], owner: str = "", expires: str = "") -> list[Entry]:
    """Entries for some findings."""
    counts: Counter[tuple[str, str, str]] = Counter()
    texts: dict[tuple[str, str, str], str] = {}
    for item in diagnostics:
        key = item.path, item.id, key_of(item)
        counts[key] += 1
        texts.setdefault(key, item.text.split("\n", 1)[0].strip()[:120])
    return [Entry(*key, texts[key], count, owner, expires) for key, count in counts.items()]
