"""`resolutions` turned from label -> name to name -> label, as the macros take it.

https://github.com/aspect-build/rules_py/blob/main/docs/virtual_deps.md
"""

from __future__ import annotations

import ast

from buildfile.bindings import Symbol
from buildfile.calls import Call, dotted, string_value
from migrations.aspect_rules_py._surface import DEFS
from migrations.view import View

TURN = "resolutions has to map names to labels now: turn it around by hand."
"""The advice where `by_name` cannot."""


def by_name(view: View, call: Call, node: ast.expr) -> tuple[str | None, dict[str, tuple[str, str]]]:
    """The source of `resolutions` as the new rules take it, and what it needs loaded; None if it cannot be turned.

    Up to the last alpha they take the struct that `resolutions` makes, then a plain dict.
    """
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr == "to_label_keyed_dict" and not node.args:
            start, end = call.tree.start(node.func.value), call.tree.end(node.func.value)
            return call.file.data[start:end].decode("utf-8", "replace"), {}
        return None, {}
    if not isinstance(node, ast.Dict):
        return None, {}
    pairs = [
        (string_value(key) if key else None, string_value(value))
        for key, value in zip(node.keys, node.values, strict=True)
    ]
    names = [name for _, name in pairs]
    if any(label is None or name is None for label, name in pairs) or len(set(names)) < len(names):
        return None, {}
    turned = _turned(call, node)
    if view.target.at_least("main"):
        return turned, {}
    local, missing = view.bindings.free_name("resolutions", Symbol(DEFS, "resolutions"))
    bind = {local: (view.spell(DEFS, like=view.label_of(dotted(call.node.func))), "resolutions")} if missing else {}
    return (f"{local}.empty().override({turned})" if pairs else f"{local}.empty()"), bind


def _turned(call: Call, node: ast.Dict) -> str:
    """The source of a dict with each key and its value exchanged, all else as it is."""
    data, base = call.file.data, call.tree.start(node)
    parts: list[bytes] = []
    at = base
    for key, value in zip(node.keys, node.values, strict=True):
        assert key is not None
        key_start, key_end = call.tree.start(key), call.tree.end(key)
        value_start, value_end = call.tree.start(value), call.tree.end(value)
        parts += [data[at:key_start], data[value_start:value_end], data[key_end:value_start], data[key_start:key_end]]
        at = value_end
    return b"".join((*parts, data[at : call.tree.end(node)])).decode("utf-8", "replace")
