"""Label patterns as Bazel has them: `//a:b`, `//a:all`, `//a:*`, `//a/...`, with `-` in front for all but these.

https://bazel.build/run/build#specifying-build-targets
"""

from __future__ import annotations

from collections.abc import Iterable


class BadPattern(ValueError):
    """Text that is no label pattern."""


class Patterns:
    """A list of label patterns, the last that hits deciding."""

    def __init__(self, texts: Iterable[str]) -> None:
        """Reads the patterns.

        Raises:
            BadPattern: one is none.
        """
        self._rules = [_parse(text) for text in texts]

    def match(self, label: str) -> bool:
        """Whether a label, `//package:name`, is meant."""
        package, _, name = label[2:].partition(":")
        hit = False
        for wanted, where, below, target in self._rules:
            inside = package == where or (below and (not where or package.startswith(where + "/")))
            if inside and (target is None or target == name):
                hit = wanted
        return hit


def _parse(text: str) -> tuple[bool, str, bool, str | None]:
    wanted = not text.startswith("-")
    body = text.removeprefix("-")
    if not body.startswith("//") or " " in body:
        raise BadPattern(f"'{text}' is not a label pattern such as //a/b:c, //a/b:all or //a/...")
    package, colon, name = body[2:].partition(":")
    if package == "..." or package.endswith("/..."):
        return wanted, package.removesuffix("...").rstrip("/"), True, None
    if colon and name in ("all", "*", "all-targets"):
        return wanted, package, False, None
    return wanted, package, False, name or package.rpartition("/")[2]
