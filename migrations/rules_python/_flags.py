"""Flags of a .bazelrc: their names, values and configurations, and the edits on them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from buildfile.bazelrc import Line, Word, dropped, lines_of
from buildfile.edits import Edit
from migrations.finding import Finding, Fix, Level, Safety
from migrations.rules_python._surface import FLAGS, path_of
from migrations.view import View

_ABOVE = {"test": ("common", "always", "build", "test"), "run": ("common", "always", "build", "run")}


@dataclass(frozen=True, slots=True)
class Flag:
    """A flag as a .bazelrc gives it.

    Attributes:
        name: what stands between `--` and `=`; of a Starlark flag without a leading `no`.
        value: what follows the `=`; without one the next word, if that is no flag; None if there is neither.
        negated: whether it is a Starlark flag with a leading `no`.
        command: the command of its line (`build`, `common`).
        config: the `--config` it belongs to, `""` for none.
        start, end: its bytes, the value included.
        value_start: where the value begins.
        line: its line, name and value made one word.
        word: its word there.
    """

    name: str
    value: str | None
    negated: bool
    command: str
    config: str
    start: int
    end: int
    value_start: int
    line: Line
    word: Word


def flags(data: bytes) -> Iterator[Flag]:
    """The flags of a .bazelrc in the order of the file; comments and `import` lines have none."""
    for line in lines_of(data):
        command, _, config = line.words[0].text.partition(":")
        line = Line(_merged(line.words), line.start, line.end)
        for word in line.words[1:]:
            if not word.text.startswith("--"):
                continue
            name, equals, value = word.text.removeprefix("--").partition("=")
            text = data[word.start : word.end]
            at = text.index(b"=") + 1 if equals and b"=" in text else len(text)
            negated = name.startswith(("no@", "no//"))
            yield Flag(
                name[2:] if negated else name,
                value if equals else None,
                negated,
                command,
                config,
                word.start,
                word.end,
                word.start + at,
                line,
                word,
            )


def _merged(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """The words of a line with `--flag value` made one."""
    found: list[Word] = []
    for word in words:
        if len(found) > 1 and not word.text.startswith("-") and _takes_value(found[-1].text):
            last = found.pop()
            word = Word(f"{last.text}={word.text}", last.start, word.end)
        found.append(word)
    return tuple(found)


def _takes_value(text: str) -> bool:
    return text.startswith("--") and "=" not in text and "//" not in text


def dropping(data: bytes, flag: Flag) -> Fix:
    """The fix that takes a flag out, and its line with it if it is alone there."""
    return Fix((dropped(data, flag.line, flag.word),))


def valued(flag: Flag, value: str) -> Fix:
    """The fix that gives a flag another value."""
    return Fix((Edit(flag.value_start, flag.end, value.encode()),))


def replaced(flag: Flag, text: str, safety: Safety = Safety.SAFE) -> Fix:
    """The fix that puts another flag in its place."""
    return Fix((Edit(flag.start, flag.end, text.encode()),), safety=safety)


def told(flag: Flag, message: str, fix: Fix | None = None, advice: str = "", level: Level = Level.PERSON) -> Finding:
    """A finding at a flag."""
    return Finding(flag.start, flag.end, message, fix, advice, level)


def ours(view: View) -> Iterator[tuple[str, Flag]]:
    """The flags of rules_python in a .bazelrc, each with its name in `//python/config_settings`."""
    for flag in flags(view.file.data):
        if "//" in flag.name:
            path = path_of(view, flag.name)
            if path.startswith(FLAGS):
                yield path.removeprefix(FLAGS), flag


def in_effect(found: Iterable[tuple[str, Flag]], command: str = "build") -> dict[str, Flag]:
    """The flags that hold for a command without any `--config`: by name the last one."""
    above = _ABOVE.get(command, ("common", "always", command))
    return {name: flag for name, flag in found if not flag.config and flag.command in above}
