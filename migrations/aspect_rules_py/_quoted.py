"""Loads and extensions of the `unstable` packages in text that is no code of the file it stands in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrations.aspect_rules_py._extensions import (
    PY_EXTENSIONS,
    PY_UNSTABLE_EXTENSION,
    UV_EXTENSIONS,
    UV_UNSTABLE_EXTENSION,
)
from migrations.aspect_rules_py._surface import DEFS, PRIVATE_VENV_DEFS, UNSTABLE_DEFS, UV_DEFS, UV_UNSTABLE_DEFS
from migrations.view import View

NEEDLES = (b"/unstable:", b"/py_venv:defs")

_NEW = {
    UNSTABLE_DEFS: DEFS,
    UV_UNSTABLE_DEFS: UV_DEFS,
    PRIVATE_VENV_DEFS: DEFS,
    PY_UNSTABLE_EXTENSION: PY_EXTENSIONS,
    UV_UNSTABLE_EXTENSION: UV_EXTENSIONS,
}
_STATEMENT = re.compile(
    rb"(?:load|use_extension)\s*\(\s*#?\s*\\?[\"'](@{0,2}[\w.+~-]*//[\w./-]+:[\w.-]+)\\?[\"']", re.MULTILINE
)


def old_labels(view: View, start: int, end: int) -> Iterator[tuple[int, int, str, str]]:
    """The old labels in loads and `use_extension` calls in a part of a file: range, label, new label."""
    for found in _STATEMENT.finditer(view.file.data, start, end):
        label = found[1].decode()
        new = _NEW.get(view.canonical(label))
        if new is not None:
            yield *found.span(1), label, view.spell(new, like=label)
