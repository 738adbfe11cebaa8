"""Globs as Gazelle's directives take them, made into regular expressions.

`*` and `?` stay within a path segment, a segment `**` stands for any number of them, `{a,b}` is a choice,
`[a-c]` and `[^a-c]` are classes, and a backslash takes the next character as it is. That is the language of
https://pkg.go.dev/github.com/bmatcuk/doublestar/v4.
"""

from __future__ import annotations

import functools
import re


class BadGlob(ValueError):
    """The pattern is not a glob: a bracket or brace without its other half, or a backslash at its end."""


@functools.cache
def compile_glob(pattern: str) -> re.Pattern[str]:
    """A regular expression that fully matches the paths which `pattern` stands for.

    Raises BadGlob.
    """
    text, _ = _sequence(pattern, 0, nested=False)
    return re.compile(text, re.DOTALL)


def _sequence(pattern: str, at: int, nested: bool) -> tuple[str, int]:
    out: list[str] = []
    while at < len(pattern):
        char = pattern[at]
        if char == "*":
            at = _stars(pattern, at, out)
        elif char == "?":
            out.append("[^/]")
            at += 1
        elif char == "[":
            at = _class(pattern, at, out)
        elif char == "{":
            at = _choice(pattern, at, out)
        elif nested and char in ",}":
            break
        elif char == "}":
            raise BadGlob(pattern)
        elif char == "\\":
            if at + 1 == len(pattern):
                raise BadGlob(pattern)
            out.append(re.escape(pattern[at + 1]))
            at += 2
        else:
            out.append(re.escape(char))
            at += 1
    return "".join(out), at


def _stars(pattern: str, at: int, out: list[str]) -> int:
    end = at
    while pattern.startswith("*", end):
        end += 1
    starts = at == 0 or pattern[at - 1] in "/{,"
    stops = end == len(pattern) or pattern[end] in "/},"
    if end - at != 2 or not starts or not stops:
        out.append("[^/]*")
        return end
    if pattern.startswith("/", end):
        out.append("(?:[^/]+/)*")
        return end + 1
    if out and out[-1] == "/":
        out[-1] = "(?:/.*)?"
    else:
        out.append(".*")
    return end


def _class(pattern: str, at: int, out: list[str]) -> int:
    end = at + 1
    negated = pattern[end : end + 1] in ("^", "!")
    end += negated
    members: list[str] = []
    while not pattern.startswith("]", end):
        if end >= len(pattern):
            raise BadGlob(pattern)
        if pattern[end] == "\\":
            end += 1
            if end >= len(pattern):
                raise BadGlob(pattern)
        elif pattern[end] == "-" and members and pattern[end + 1 : end + 2] not in ("", "]"):
            members.append("-")
            end += 1
            continue
        members.append(re.escape(pattern[end]))
        end += 1
    if not members:
        raise BadGlob(pattern)
    out.append(f"[{'^/' if negated else ''}{''.join(members)}]")
    return end + 1


def _choice(pattern: str, at: int, out: list[str]) -> int:
    choices: list[str] = []
    while True:
        choice, at = _sequence(pattern, at + 1, nested=True)
        choices.append(choice)
        if at >= len(pattern):
            raise BadGlob(pattern)
        if pattern[at] == "}":
            break
    out.append(f"(?:{'|'.join(choices)})")
    return at + 1
