"""A diagnostic: a finding of a migration, or of the linter itself, with its place in the file as it is."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from operator import attrgetter

from buildfile.source import STARLARK, SourceFile
from migrations.finding import Finding, Level, Safety

_NAME = re.compile(rb"(?<!\w)name[ \t]*=[ \t]*[\"']([^\"'\n]*)[\"']")
_MOST_TEXT = 2000


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """Something a person is told about a place in a file.

    Attributes:
        id: the id of the migration or check.
        path: repository-relative.
        start, end: the byte range in the file.
        line, column, end_line, end_column: the same for people, from 1; columns count characters.
        message: what is wrong, one sentence without a full stop.
        advice: the next step for a person, `""` if the fix is all there is to do.
        level: PERSON if it has to be dealt with, NOTE if it is only worth knowing.
        safety: that of its fix; None if it has none.
        failure: whether the file could not be dealt with because of it.
        text: the lines it stands on, as they are.
        target: the name of the target it is in; `""` where there is none.
        number: which of its likes it is: same id, file, target and text, counted from 0 in order of place.
        expired: why it counts again though the baseline has it; `""` if it is not in there.
    """

    id: str
    path: str
    start: int
    end: int
    line: int
    column: int
    end_line: int
    end_column: int
    message: str
    advice: str = ""
    level: Level = Level.PERSON
    safety: Safety | None = None
    failure: bool = False
    text: str = ""
    target: str = ""
    number: int = 0
    expired: str = ""

    def __reduce__(self) -> tuple[type[Diagnostic], tuple[object, ...]]:
        """Pickled as a call, which is read far faster than fields one by one."""
        return Diagnostic, _FIELDS(self)

    @property
    def key(self) -> str:
        """What the finding is, wherever in its file it stands and whatever the file is called.

        Made of the id, the target and the text it is about, white space aside, so that it outlives moved and
        reformatted lines, and changes with what it is about.
        """
        first = self.text.split("\n", 1)[0]
        parts = (self.id, self.target, " ".join(first.split()), str(self.number))
        return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]

    @property
    def fingerprint(self) -> str:
        """The same for the whole repository: `key` with the path."""
        parts = f"{self.path}\0{self.key}"
        return hashlib.sha256(parts.encode("utf-8", "surrogateescape")).hexdigest()[:32]

    @property
    def blocks(self) -> bool:
        """Whether it makes the run end with 1."""
        return self.level is Level.PERSON


_FIELDS = attrgetter(*Diagnostic.__slots__)


def diagnostic_of(id: str, file: SourceFile, finding: Finding) -> Diagnostic:
    """The diagnostic that a finding of a migration makes; one with a fix blocks, since it can be dealt with."""
    return Diagnostic(
        id,
        file.path,
        finding.start,
        finding.end,
        *_place(file, finding.start, finding.end),
        finding.message,
        finding.advice,
        Level.PERSON if finding.fix is not None else finding.level,
        finding.fix.safety if finding.fix is not None else None,
        False,
        _lines(file.data, finding.start, finding.end),
        _target(file, finding.start),
    )


def failure_of(id: str, file: SourceFile, offset: int, message: str, advice: str = "") -> Diagnostic:
    """The diagnostic of a file that could not be dealt with, at an offset."""
    end = min(offset + 1, len(file.data))
    place, text = _place(file, offset, end), _lines(file.data, offset, end)
    return Diagnostic(id, file.path, offset, end, *place, message, advice, failure=True, text=text)


def numbered(diagnostics: list[Diagnostic]) -> list[Diagnostic]:
    """The diagnostics of one file in order of place, those that are alike told apart."""
    seen: dict[tuple[str, str, str], int] = {}
    result = []
    for item in sorted(diagnostics, key=lambda item: (item.start, item.end, item.id, item.message)):
        key = item.id, item.target, " ".join(item.text.split("\n", 1)[0].split())
        number = seen.get(key, 0)
        seen[key] = number + 1
        result.append(replace(item, number=number) if number else item)
    return result


def _place(file: SourceFile, start: int, end: int) -> tuple[int, int, int, int]:
    return *file.position(start), *file.position(end)


def _lines(data: bytes, start: int, end: int) -> str:
    first = data.rfind(b"\n", 0, start) + 1
    last = data.find(b"\n", max(start, end - 1))
    text = data[first : last if last >= 0 else len(data)]
    return text[:_MOST_TEXT].decode("utf-8", "replace").replace("\r", "")


def _target(file: SourceFile, offset: int) -> str:
    if file.kind not in STARLARK:
        return ""
    for statement in file.statements:
        if statement.start <= offset < statement.end:
            found = _NAME.search(statement.text)
            return found[1].decode("utf-8", "replace") if found else ""
    return ""
