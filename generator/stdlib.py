"""The modules of the standard library, by Python version.

The lists are those of https://pypi.org/project/stdlib-list/.
"""

from __future__ import annotations

import functools

NEWEST = "3.14"
"""The version that is taken where none, or one without a list, is asked for."""


@functools.cache
def modules(version: str = NEWEST) -> frozenset[str]:
    """The names, dotted ones among them, of the modules that Python `version` (`3.12`, `3.12.4`) brings."""
    import stdlib_list

    short = ".".join(version.split(".")[:2])
    return frozenset(stdlib_list.stdlib_list(short if short in stdlib_list.short_versions else NEWEST))
