"""Literals and calls as buildifier writes them in a MODULE.bazel."""

from __future__ import annotations

from buildfile.style import attribute_key, quote


def statement(callee: str, values: dict[str, str]) -> str:
    """A call as buildifier writes it."""
    items = sorted(values.items(), key=lambda item: attribute_key(item[0], callee))
    if len(items) == 1:
        return f"{callee}({items[0][0]} = {items[0][1]})\n"
    return f"{callee}(\n" + "".join(f"    {name} = {value},\n" for name, value in items) + ")\n"


def written(value: object) -> str:
    """A literal as buildifier writes it in a call."""
    if isinstance(value, str):
        return quote(value).decode()
    if isinstance(value, list | tuple):
        if len(value) < 2:
            return f"[{''.join(written(item) for item in value)}]"
        return "[\n" + "".join(f"        {written(item)},\n" for item in value) + "    ]"
    if isinstance(value, dict):
        if len(value) < 2:
            return "{" + "".join(f"{written(key)}: {written(item)}" for key, item in value.items()) + "}"
        return "{\n" + "".join(f"        {written(key)}: {written(item)},\n" for key, item in value.items()) + "    }"
    return repr(value)
