"""Options in .bazelrc files: where they stand, what they import, and dropping one.

https://bazel.build/run/bazelrc
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from buildfile.edits import Edit

_WORD = re.compile(rb'(?:[^\s"\'\\#]|\\[^\r\n]|"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|(?<=[^\s])#)+', re.DOTALL)
_GAP = re.compile(rb"(?:[ \t\r\f\v]|\\\r?\n)+")
_QUOTING = re.compile(r'\\(.)|"((?:[^"\\]|\\.)*)"|\'((?:[^\'\\]|\\.)*)\'', re.DOTALL)
_IMPORTS = ("import", "try-import")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a line.

    Attributes:
        text: what it says, without the quotes.
        start, end: its byte range in the file, quotes included.
    """

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Line:
    """A logical line, continuation lines included; its first word is the command.

    Attributes:
        words: its words, comments left out; never empty.
        start, end: its byte range, line end included.
    """

    words: tuple[Word, ...]
    start: int
    end: int


def lines_of(data: bytes) -> Iterator[Line]:
    """The lines of a .bazelrc that are neither empty nor only a comment."""
    at, size = 0, len(data)
    while at < size:
        start, words = at, list[Word]()
        while at < size and data[at : at + 1] != b"\n":
            gap = _GAP.match(data, at)
            word = _WORD.match(data, at) if gap is None else None
            if gap is not None:
                at = gap.end()
            elif word is not None:
                words.append(Word(_unquoted(word[0].decode("utf-8", "replace")), at, word.end()))
                at = word.end()
            elif data[at : at + 1] == b"#":
                newline = data.find(b"\n", at)
                at = size if newline < 0 else newline
            else:  # a quote that nothing closes
                at += 1
        at = min(at + 1, size)
        if words:
            yield Line(tuple(words), start, at)


def _unquoted(text: str) -> str:
    return _QUOTING.sub(lambda found: next(group for group in found.groups() if group is not None), text)


def imports_of(data: bytes) -> Iterator[str]:
    """What a .bazelrc imports or tries to, as written: `%workspace%/tools/ci.rc`."""
    for line in lines_of(data):
        if line.words[0].text in _IMPORTS and len(line.words) == 2:
            yield line.words[1].text


def files_imported(start: str, workspace: str, read: Callable[[str], bytes | None]) -> Iterator[str]:
    """The files that a .bazelrc imports, directly or not, as far as they are in its workspace.

    Args:
        start: the repository-relative path of the .bazelrc.
        workspace: the directory of its workspace, repository-relative.
        read: gives the bytes of a file by its repository-relative path, None if it cannot be read.
    """
    prefix = workspace + "/" if workspace else ""
    seen, waiting = {start}, [start]
    while waiting:
        data = read(waiting.pop())
        if data is None or b"import" not in data:
            continue
        for written in imports_of(data):
            path = prefix + written.removeprefix("%workspace%/")
            if written.startswith(("/", "~")) or ".." in path.split("/") or path in seen:
                continue
            seen.add(path)
            waiting.append(path)
            yield path


def dropped(data: bytes, line: Line, word: Word) -> Edit:
    """The edit that drops a word; the whole line, with the comment behind it, if it leaves nothing but the command."""
    if len(line.words) == 2 and word is line.words[1]:
        return Edit(line.start, line.end, b"")
    index = line.words.index(word)
    if index + 1 < len(line.words):
        return Edit(word.start, line.words[index + 1].start, b"")
    return Edit(line.words[index - 1].end, word.end, b"")
