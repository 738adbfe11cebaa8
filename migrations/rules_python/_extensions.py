"""The module extensions of rules_python, under the labels they have had.

https://rules-python.readthedocs.io/en/latest/api/rules_python/python/extensions/python.html
"""

from __future__ import annotations

from migrations.extensions import Extension
from migrations.rules_python._surface import MODULES, PIP_EXTENSION, PYTHON_EXTENSION

EXTENSIONS = {"python": PYTHON_EXTENSION, "pip": PIP_EXTENSION}
OLD_FILE = "//python:extensions.bzl"
"""The file that had both extensions before they got one each."""


def _extension(name: str) -> Extension:
    files = (EXTENSIONS[name], OLD_FILE)
    return Extension(name, frozenset(f"@{module}{file}" for module in MODULES for file in files))


PYTHON = _extension("python")
PIP = _extension("pip")
