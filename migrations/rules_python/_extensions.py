"""Tags of the module extensions of rules_python in a MODULE.bazel, under whatever name the file gives the proxy."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from buildfile.calls import Call
from migrations.rules_python._surface import PIP_EXTENSION, PYTHON_EXTENSION, path_of
from migrations.view import View

EXTENSIONS = {"python": PYTHON_EXTENSION, "pip": PIP_EXTENSION}
OLD_FILE = "//python:extensions.bzl"
"""The file that had both extensions before they got one each."""

_ASSIGNED = re.compile(rb"([A-Za-z_]\w*)\s*=\s*use_extension\b")


def proxies(view: View, extension: str) -> dict[str, Call]:
    """The local names of the `python` or the `pip` extension, each with its `use_extension`."""
    found: dict[str, Call] = {}
    for call in view.calls_named("use_extension"):
        texts = [call.string_of(argument.value) or "" for argument in call.arguments if argument.name is None]
        assigned = _ASSIGNED.match(call.statement.text)
        mine = len(texts) == 2 and texts[1] == extension
        if mine and assigned and path_of(view, texts[0]) in (EXTENSIONS[extension], OLD_FILE):
            found[assigned[1].decode()] = call
    return found


def tags(view: View, extension: str, names: Collection[str]) -> Iterator[Call]:
    """The calls `proxy.tag(…)` of some tags."""
    known = proxies(view, extension)
    for call in view.calls_named(*names) if known else ():
        proxy, _, _ = (call.callee or "").partition(".")
        if proxy in known:
            yield call
