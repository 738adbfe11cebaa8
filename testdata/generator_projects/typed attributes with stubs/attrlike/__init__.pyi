from typing import TypeVar

_C = TypeVar("_C", bound=type)

def define(cls: _C) -> _C: ...
