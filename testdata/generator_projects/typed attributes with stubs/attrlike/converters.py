from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from extra.protocols import Converter


def optional(convert: Converter) -> Converter:
    return lambda value: None if value is None else convert(value)
