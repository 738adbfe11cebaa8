"""Joins what the generator knows of dependencies with the linter: its findings as checks of one run.

The checks are declared in `migrations.lint.own`, where they have their pages and find nothing. For a run that wants
them, they are replaced by ones that know what the generator found.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from buildfile.calls import Call, string_value
from buildfile.items import Items
from buildfile.rewrite import Rewritten, rewrite
from buildfile.style import quote, string_key
from buildfile.targets import Change
from generator.findings import CYCLE, UNDECLARED, UNUSED, DependencyFinding, findings
from generator.form import new_value, value_of
from generator.run import GenerateOptions, generate_plan
from generator.selects import branched
from migrations.finding import Finding, Fix, Level, Safety
from migrations.lint.outside import Outside
from migrations.lint.own import DEPENDENCIES
from migrations.view import View

_By = Mapping[str, Sequence[DependencyFinding]]


def outside(root: Path, exclude: Sequence[str], jobs: int, cache: bool) -> Outside:
    """The checks with what the generator finds in a repository.

    Args:
        root: the repository.
        exclude: paths that are left out, in .gitignore's syntax.
        jobs: processes at the most; 0 for one a core.
        cache: whether to read and write the generator's cache.
    """
    options = GenerateOptions(
        root,
        exclude=tuple(exclude),
        keep_going=True,
        complete=True,
        dependencies_only=True,
        jobs=jobs or None,
        use_cache=cache,
    )
    result = generate_plan(options)
    by_id: dict[str, dict[str, list[DependencyFinding]]] = {item.id: defaultdict(list) for item in DEPENDENCIES}
    for item in findings(result.targets):
        by_id[item.id][item.path].append(item)
    checks = [replace(item, needles=(), find=partial(_FIND[item.id], by_id[item.id])) for item in DEPENDENCIES]
    problems = [message.text for message in result.messages if message.fatal]
    return Outside(tuple(checks), frozenset(path for paths in by_id.values() for path in paths), tuple(problems))


def _find_unused(found: _By, view: View) -> Iterator[Finding]:
    for call, items in _targets(found, view):
        unused = {(item.attribute, item.dependency) for item in items if item.certain}
        for item in items:
            if not item.certain:
                yield Finding(*_head(call), item.message, level=Level.NOTE)
                continue
            argument = call.argument(item.attribute)
            if argument is None or not isinstance(argument.value, ast.List):
                continue
            elements = argument.value.elts
            values = [string_value(element) for element in elements]
            if item.dependency not in values:
                continue
            index = values.index(item.dependency)
            place = call.tree.start(elements[index]), call.tree.end(elements[index])
            if len(elements) == 1:
                done = rewrite(call, drop=[item.attribute])
            elif index == len(elements) - 1 and all((item.attribute, value) in unused for value in values):
                # Waits until the others are gone, so that no empty list is left.
                text = value_of(call, argument, tuple(range(index))).decode("utf-8", "surrogateescape")
                done = rewrite(call, put={item.attribute: text})
            else:
                done = _without(call, item.attribute, argument.value, index)
            yield Finding(*place, item.message, Fix.of(done, safety=Safety.UNSAFE))


def _without(call: Call, attribute: str, node: ast.List, index: int) -> Rewritten:
    """A call without one element of a list."""
    ranges = [(call.tree.start(element), call.tree.end(element)) for element in node.elts]
    items = Items(call.file.data, call.tree.start(node) + 1, call.tree.end(node) - 1, ranges, call.file.newline)
    return Rewritten(tuple(items.delete([index])), (Change(call.key, attribute),))


def _find_undeclared(found: _By, view: View) -> Iterator[Finding]:
    for call, items in _targets(found, view):
        # One edit goes into a gap between two elements at a time; this order needs the fewest rounds.
        order = sorted(range(1, len(items) + 1), key=lambda number: -(number & -number))
        for item in (items[number - 1] for number in order):
            argument = call.argument(item.attribute)
            parts = branched(argument.value) if argument is not None else None
            plain = parts.plain if parts is not None else argument.value if argument is not None else None
            values = [string_value(element) for element in _elements(plain)]
            if item.dependency in values:
                continue
            if argument is None:
                text = new_value(item.attribute, (item.dependency,)).decode()
                done = rewrite(call, put={item.attribute: text})
            elif isinstance(plain, ast.List):
                done = _with(call, item.attribute, plain, values, item.dependency)
            elif parts is not None:
                text = value_of(call, argument, (item.dependency,)).decode("utf-8", "surrogateescape")
                done = rewrite(call, put={item.attribute: text})
            else:
                yield Finding(*_head(call), item.message)
                continue
            if item.closes_cycle:
                advice = "It would close a circle, which Bazel refuses; see import-cycle."
                yield Finding(*_head(call), item.message, advice=advice)
            else:
                yield Finding(*_head(call), item.message, Fix.of(done))


def _with(call: Call, attribute: str, node: ast.List, values: Sequence[str | None], new: str) -> Rewritten:
    """A call with one more element in a list, in its place if the list is sorted."""
    ranges = [(call.tree.start(element), call.tree.end(element)) for element in node.elts]
    opened, close = call.tree.start(node) + 1, call.tree.end(node) - 1
    items = Items(call.file.data, opened, close, ranges, call.file.newline)
    texts = [value for value in values if value is not None]
    after = len(values) - 1
    if len(texts) == len(values) and texts == sorted(texts, key=string_key):
        after = sum(string_key(text) < string_key(new) for text in texts) - 1
    if len(values) == 1 and b"\n" not in call.file.data[opened:close]:
        argument = call.argument(attribute)
        assert argument is not None
        both = (0, new) if after == 0 else (new, 0)
        text = value_of(call, argument, both).decode("utf-8", "surrogateescape")
        return rewrite(call, put={attribute: text})
    return Rewritten(tuple(items.insert(after, [quote(new)])), (Change(call.key, attribute),))


def _elements(node: ast.expr | None) -> Sequence[ast.expr]:
    return node.elts if isinstance(node, ast.List) else ()


def _find_cycles(found: _By, view: View) -> Iterator[Finding]:
    for call, items in _targets(found, view):
        for item in items:
            advice = "Break one of these imports, or move what both sides need into a target of its own."
            circle, *reasons = item.message.split("\n")
            yield Finding(*_head(call), f"{circle} ({'; '.join(map(str.strip, reasons))})", advice=advice)


def _targets(found: _By, view: View) -> Iterator[tuple[Call, Sequence[DependencyFinding]]]:
    """The calls of a file that something is found about, with what is."""
    by_name: dict[str, list[DependencyFinding]] = defaultdict(list)
    for item in found.get(view.file.path, ()):
        by_name[item.label.rpartition(":")[2]].append(item)
    if not by_name:
        return
    for statement in view.statements(*by_name):
        call = next(iter(view.all_calls(statement)), None)
        name = call.string("name") if call is not None else None
        if call is not None and name in by_name:
            yield call, by_name[name]


def _head(call: Call) -> tuple[int, int]:
    """The place of a target: its kind."""
    return call.callee_range


_FIND: Mapping[str, Callable[[_By, View], Iterator[Finding]]] = {
    CYCLE: _find_cycles,
    UNDECLARED: _find_undeclared,
    UNUSED: _find_unused,
}
