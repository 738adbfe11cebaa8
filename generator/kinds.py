"""The kinds of rules the generator makes, as data.

Follows the kind tables of the Python plugin, https://github.com/bazel-contrib/rules_python/tree/main/gazelle,
and of https://github.com/bazel-contrib/bazel-gazelle/tree/master/language/proto.
"""

from __future__ import annotations

from dataclasses import dataclass

LIBRARY = "py_library"
BINARY = "py_binary"
TEST = "py_test"
PROTO = "proto_library"
PY_PROTO = "py_proto_library"

PYTHON = frozenset({LIBRARY, BINARY, TEST})
"""The kinds that provide modules by their `srcs`."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How rules of one kind are matched and merged.

    Attributes:
        early: attributes that are merged before the modules of the repository are indexed.
        late: attributes that are merged once imports are resolved.
        alive: attributes any of which keeps a rule that is otherwise emptied.
        by_srcs: a rule of another name with the same `srcs` is the same rule.
    """

    early: frozenset[str]
    late: frozenset[str]
    alive: frozenset[str]
    by_srcs: bool

    @property
    def merged(self) -> frozenset[str]:
        """All attributes that are merged; any other is only added where it is missing."""
        return self.early | self.late


_DEPS = frozenset({"deps", "pyi_deps", "pyi_srcs"})

KINDS = {
    LIBRARY: Kind(frozenset({"srcs"}), _DEPS, frozenset({"deps", "srcs", "imports"}), True),
    BINARY: Kind(frozenset({"srcs", "imports"}), _DEPS, frozenset({"deps", "main", "srcs", "imports"}), True),
    TEST: Kind(frozenset({"srcs"}), _DEPS, frozenset({"deps", "main", "srcs", "imports"}), False),
    PROTO: Kind(frozenset({"srcs"}), frozenset({"deps"}), frozenset({"srcs"}), True),
    PY_PROTO: Kind(frozenset(), frozenset({"deps"}), frozenset({"deps"}), False),
}

SORTED = frozenset({"srcs", "deps"})
"""Merged lists that are sorted as a whole; others keep the order they have."""

PYTHON_FILE = "@rules_python//python:defs.bzl"
PROTO_FILE = "@rules_proto//proto:defs.bzl"
