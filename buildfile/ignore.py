"""What a walk leaves out: .bazelignore, `ignore_directories` of REPO.bazel, and .gitignore.

https://bazel.build/run/bazelrc#bazelignore, https://bazel.build/rules/lib/globals/repo#ignore_directories,
https://git-scm.com/docs/gitignore
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path

Matcher = Callable[[str, bool], bool]
"""Takes a repository-relative path and whether it is a directory; says whether it is left out."""


def bazel_ignores(root: Path) -> Matcher | None:
    """What Bazel does not look into; None where nothing says so."""
    prefixes = _bazelignore(root / ".bazelignore")
    patterns = _ignore_directories(root / "REPO.bazel")
    if not prefixes and not patterns:
        return None
    globs = re.compile("|".join(f"(?:{_glob(pattern)})" for pattern in patterns)) if patterns else None

    def ignored(path: str, directory: bool) -> bool:
        return directory and (path in prefixes or (globs is not None and globs.fullmatch(path) is not None))

    return ignored


def _bazelignore(path: Path) -> frozenset[str]:
    try:
        lines = path.read_text("utf-8", "replace").splitlines()
    except OSError:
        return frozenset()
    cleaned = (line.strip().removeprefix("./").rstrip("/") for line in lines if not line.lstrip().startswith("#"))
    return frozenset(line for line in cleaned if line)


def _ignore_directories(path: Path) -> list[str]:
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return []
    found: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "ignore_directories":
            for value in (*node.args, *(keyword.value for keyword in node.keywords)):
                if isinstance(value, ast.List):
                    found += [
                        item.value
                        for item in value.elts
                        if isinstance(item, ast.Constant) and isinstance(item.value, str)
                    ]
    return found


def _glob(pattern: str) -> str:
    """A regular expression for a Bazel glob: `*` within a path part, `**` for any number of parts."""
    parts = []
    for part in pattern.strip("/").split("/"):
        parts.append("**" if part == "**" else re.escape(part).replace(r"\*", "[^/]*").replace(r"\?", "[^/]"))
    text = "/".join(parts)
    return (
        text.replace("/**/", "/(?:.+/)?").removeprefix("**/").join(("(?:.+/)?", ""))
        if text.startswith("**/")
        else (text.replace("/**/", "/(?:.+/)?").replace("/**", "/.+") if text != "**" else ".+")
    )


_PLAIN = re.compile(r"(?:/[\w.-]+)+")
"""A line that names one path below the directory."""


def gitignore(text: str, base: str) -> Matcher | None:
    """The rules of one .gitignore, which stands in the directory `base`; None if it has none.

    The matcher answers only for paths below `base`, and does not know of other .gitignore files.
    """
    lines = [line.rstrip() for line in text.splitlines()]
    if all(_PLAIN.fullmatch(line) for line in lines):
        return _below([(base + line).lstrip("/") for line in lines]) if lines else None
    import pathspec

    spec = pathspec.GitIgnoreSpec.from_lines(text.splitlines())
    patterns = [pattern for pattern in spec.patterns if pattern.include is not None]
    if not patterns:
        return None
    expressions = [pattern.regex.pattern for pattern in patterns if pattern.include and pattern.regex is not None]
    try:  # one search settles the usual case, that nothing matches
        quick: re.Pattern[str] | None = re.compile("|".join(f"(?:{_unnamed(item)})" for item in expressions))
    except re.error:
        quick = None
    skip = len(base) + 1 if base else 0

    def ignored(path: str, directory: bool) -> bool:
        relative = path[skip:] + "/" if directory else path[skip:]
        if quick is not None and not quick.match(relative):
            return False
        return spec.match_file(relative)

    return ignored


def _below(places: list[str]) -> Matcher:
    """Matches some paths and what is below them."""
    inside = tuple(place + "/" for place in places)
    return lambda path, directory: path in places or path.startswith(inside)


def _unnamed(expression: str) -> str:
    return re.sub(r"\(\?P<\w+>", "(?:", expression)
