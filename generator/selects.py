"""Lists with branches for platforms: `[…] + select({…})`, of which the generator changes the literal list only.

What stands in a branch was put there by a person, who knows for which platforms it is. A `select()` over anything but
platforms is not understood, as in Gazelle; https://bazel.build/docs/configurable-attributes.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from buildfile.calls import string_value

_SYSTEMS = frozenset(
    "aix android darwin dragonfly freebsd illumos ios js linux macos netbsd openbsd osx plan9 qnx solaris wasip1 "
    "windows".split()
)
_PROCESSORS = frozenset(
    "386 amd64 arm arm64 aarch64 i386 loong64 mips mips64 mips64le mipsle ppc64 ppc64le riscv64 s390x wasm "
    "x86_32 x86_64".split()
)


@dataclass(frozen=True, slots=True)
class Branched:
    """A sum of at most one literal list and at least one `select()`.

    Attributes:
        plain: the literal list; None if there is none.
        branches: the strings in all branches.
    """

    plain: ast.List | None
    branches: tuple[str, ...]


def branched(node: ast.expr) -> Branched | None:
    """An expression as a list with branches; None if it is anything else, or holds what is no string literal.

    Every key of its `select()` has to name a system, a processor, or both (`linux_amd64`), in whatever package.
    """
    plain: ast.List | None = None
    strings: list[str] = []
    selects = 0
    for part in _summands(node):
        if isinstance(part, ast.List):
            if plain is not None:
                return None
            plain = part
            continue
        found = _strings_of(part)
        if found is None:
            return None
        strings += found
        selects += 1
    return Branched(plain, tuple(strings)) if selects else None


def _summands(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield from _summands(node.left)
        yield from _summands(node.right)
    else:
        yield node


def _strings_of(node: ast.expr) -> list[str] | None:
    """The strings in the branches of a `select()` over platforms."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id != "select":
        return None
    if len(node.args) != 1 or not isinstance(node.args[0], ast.Dict):
        return None
    found: list[str] = []
    for key, value in zip(node.args[0].keys, node.args[0].values, strict=True):
        if not isinstance(value, ast.List) or not _is_platform(string_value(key) if key is not None else None):
            return None
        for item in value.elts:
            text = string_value(item)
            if text is None:
                return None
            found.append(text)
    return found


def _is_platform(key: str | None) -> bool:
    if key is None or key == "//conditions:default":
        return key is not None
    name = key.rpartition("/")[2].rpartition(":")[2]
    system, _, processor = name.partition("_")
    return name in _SYSTEMS or name in _PROCESSORS or (system in _SYSTEMS and processor in _PROCESSORS)
