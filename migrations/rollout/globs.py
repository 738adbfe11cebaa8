"""The files that a `glob` gives, without those of packages below.

https://bazel.build/reference/be/functions#glob
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache


def expand(
    root: str, package: str, include: Sequence[str], exclude: Sequence[str], packages: frozenset[str]
) -> list[str]:
    """The files of a package that some patterns hit and others do not, relative to it, sorted."""
    wanted = [_pattern(str(item)) for item in include]
    unwanted = [_pattern(str(item)) for item in exclude]
    deep = any("/" in str(item) for item in include)
    return sorted(
        name
        for name in _files(root, package, packages, deep)
        if any(item.fullmatch(name) for item in wanted) and not any(item.fullmatch(name) for item in unwanted)
    )


def _files(root: str, package: str, packages: frozenset[str], deep: bool) -> Iterator[str]:
    base = f"{root}/{package}" if package else root
    stack = [""]
    while stack:
        where = stack.pop()
        try:
            entries = list(os.scandir(f"{base}/{where}"))
        except OSError:
            continue
        for entry in entries:
            name = where + entry.name
            inner = f"{package}/{name}" if package else name
            if not entry.is_dir():
                yield name
            elif deep and inner not in packages and not entry.is_symlink() and entry.name != ".git":
                stack.append(name + "/")


@lru_cache(maxsize=1024)
def _pattern(text: str) -> re.Pattern[str]:
    parts = []
    for part in text.split("/"):
        if part == "**":
            parts.append("(?:[^/]+/)*")
        else:
            parts.append("[^/]*".join(re.escape(piece) for piece in part.split("*")) + "/")
    body = "".join(parts)
    return re.compile(body.removesuffix("/") if not text.endswith("**") else body.removesuffix("*") + "*[^/]+")
