"""Buildifier's taste, as data and small functions.

https://github.com/bazelbuild/buildtools/blob/main/tables/tables.go holds the tables this follows.
"""

from __future__ import annotations

INDENT = b"    "

_PRIORITY = {
    "name": -99,
    "gwt_name": -98,
    "package_name": -97,
    "visible_node_name": -96,
    "size": -95,
    "timeout": -94,
    "testonly": -93,
    "src": -92,
    "srcs": -90,
    "out": -89,
    "outs": -88,
    "hdrs": -87,
    "has_services": -86,
    "include": -85,
    "of": -84,
    "baseline": -83,
    "destdir": 1,
    "exports": 2,
    "runtime_deps": 3,
    "deps": 4,
    "implementation": 5,
    "implements": 6,
    "alwayslink": 7,
}


SORTED_LISTS = frozenset(
    (
        *("data", "deps", "exports", "hdrs", "implementation_deps", "imports", "includes", "resources"),
        *("runtime_deps", "srcs", "tags", "tools", "visibility"),
    )
)
"""Attributes whose lists of strings buildifier sorts, as far as Python and C++ targets have them."""


def attribute_key(name: str, callee: str | None = None) -> tuple[int, str]:
    """The place of an attribute in a call of a BUILD file: `name` first, `deps` near the end, the rest by name.

    Args:
        name: the attribute.
        callee: what is called; in the overrides of a MODULE.bazel `module_name` comes first.
    """
    if name == "module_name" and callee is not None and callee.endswith("_override"):
        return -100, name
    return _PRIORITY.get(name, 0), name


def string_key(text: str) -> tuple[int, list[str], str]:
    """The place of a string in a list that buildifier sorts: files, then `:x`, `//x`, `@x`."""
    if text.startswith("@"):
        phase = 3
    elif text.startswith("//"):
        phase = 2
    elif text.startswith(":"):
        phase = 1
    else:
        phase = 0
    return phase, text.replace(":", ".").split("."), text


def quote(text: str) -> bytes:
    """A string as a Starlark literal in double quotes."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return b'"' + escaped.replace("\r", "\\r").encode() + b'"'


def string_list(items: list[str], indent: bytes = INDENT, newline: bytes = b"\n") -> bytes:
    """A list of strings: on one line with at most one item, else one item a line below `indent`."""
    if len(items) <= 1:
        return b"[" + b", ".join(quote(item) for item in items) + b"]"
    inner = b"".join(indent + INDENT + quote(item) + b"," + newline for item in items)
    return b"[" + newline + inner + indent + b"]"
