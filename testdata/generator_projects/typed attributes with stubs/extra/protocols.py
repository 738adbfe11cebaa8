from typing import Any, Protocol


class Converter(Protocol):
    def __call__(self, value: Any) -> Any: ...
