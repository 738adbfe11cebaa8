"""What is wrong with the dependencies a repository has, as findings for a linter.

Only what is certain is said: a target with an import that resolves to nothing may need any dependency it has, and an
element of `deps` that is no string literal may be any dependency it has not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from buildfile.labels import BadLabel, Label
from generator.existing import Rule
from generator.graph import cycles
from generator.resolve import Dependency
from generator.run import TargetResult
from generator.targets import is_label

UNUSED, UNDECLARED, CYCLE = "unused-dependency", "undeclared-dependency", "import-cycle"
_ATTRIBUTES = ("deps", "pyi_deps")


@dataclass(frozen=True, slots=True)
class DependencyFinding:
    """One finding.

    Attributes:
        id: `unused-dependency`, `undeclared-dependency` or `import-cycle`.
        path: the BUILD file, repository-relative.
        line: where the target begins in it, from 1.
        label: the target, absolute and in full.
        message: what is wrong, one or more lines.
        dependency: the dependency it is about, as written in the target's package; "" for a circle.
        attribute: the attribute that has it, or should; "" for a circle.
        certain: something has to be done. If not, nobody knows: an import resolves to nothing.
        closes_cycle: adding the dependency would make a circle that Bazel refuses.
    """

    id: str
    path: str
    line: int
    label: str
    message: str
    dependency: str = ""
    attribute: str = ""
    certain: bool = True
    closes_cycle: bool = False


def findings(results: list[TargetResult]) -> list[DependencyFinding]:
    """The findings for the targets of a complete run, in the order of their places."""
    found: list[DependencyFinding] = []
    edges = {item.label: item.edges for item in results}
    circles = cycles(edges)
    closing = {(edge.source, edge.target) for circle in circles for edge in circle.edges}
    for result in results:
        rule = result.rule
        if rule is not None and not rule.keep:
            found += _unused(result, rule)
            found += _undeclared(result, rule, closing)
    places = {item.label: item for item in results}
    for circle in circles:
        sources = [places[edge.source] for edge in circle.edges]
        start = next((source for source in sources if source.rule is not None), sources[0])
        line = start.rule.line if start.rule is not None else 1
        found.append(DependencyFinding(CYCLE, start.build, line, start.label, str(circle)))
    return sorted(dict.fromkeys(found), key=lambda item: (item.path, item.line, item.id, item.message))


def _unused(result: TargetResult, rule: Rule) -> Iterator[DependencyFinding]:
    wanted = {_key(item.label, result.package) for item in result.dependencies}
    unused = []
    for attribute in _ATTRIBUTES:
        value = rule.attributes.get(attribute)
        if value is None or value.keep:
            continue
        for index, text in enumerate(value.strings or ()):
            if text is not None and index not in value.keeps and _key(text, result.package) not in wanted:
                unused.append((attribute, text))
    if not unused:
        return
    if result.unresolved:
        modules = ", ".join(dict.fromkeys(item.module.name for item in result.unresolved))
        text = f"nobody knows whether {', '.join(text for _, text in unused)} is needed: nothing provides {modules}"
        yield DependencyFinding(UNUSED, result.build, rule.line, result.label, text, certain=False)
        return
    for attribute, text in unused:
        message = f"{text} is a dependency that no source imports"
        yield DependencyFinding(UNUSED, result.build, rule.line, result.label, message, text, attribute)


def _undeclared(result: TargetResult, rule: Rule, closing: set[tuple[str, str]]) -> Iterator[DependencyFinding]:
    values = [value for name in _ATTRIBUTES if (value := rule.attributes.get(name)) is not None]
    if rule.splat or any(value.strings is None for value in values):
        return
    unknown = any(text is None for value in values for text in value.strings or ())
    present = {_key(text, result.package) for text in result.before}
    prefix = result.package + "/" if result.package else ""
    srcs = rule.attributes.get("srcs")
    plain = srcs is not None and srcs.strings is not None and not any(is_label(src or ":") for src in srcs.strings)
    own = {prefix + src for src in rule.strings("srcs")} if plain else None
    seen: set[str] = set()
    for dependency in result.dependencies:
        module = dependency.module
        if module is None or not module.line or dependency.label in seen:
            continue
        if _key(dependency.label, result.package) in present or (unknown and dependency.label.startswith("@")):
            continue
        if own is not None and module.path not in own:
            continue
        seen.add(dependency.label)
        text = f"{module.path}:{module.line} imports {module.name}, but {dependency.label} is no dependency"
        closes = (result.label, _key(dependency.label, result.package)) in closing
        types = result.config.generate_pyi_deps and _types_only(dependency, result.dependencies)
        attribute = "pyi_deps" if types else "deps"
        yield DependencyFinding(
            UNDECLARED, result.build, rule.line, result.label, text, dependency.label, attribute, closes_cycle=closes
        )


def _types_only(dependency: Dependency, others: Iterable[Dependency]) -> bool:
    return all(item.type_only for item in others if item.label == dependency.label)


def _key(text: str, package: str) -> str:
    """What tells a label from others, however it is written."""
    try:
        return str(Label.parse(text, package))
    except BadLabel:
        return text
