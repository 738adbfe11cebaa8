"""What is wrong with the dependencies a repository has, as findings for a linter."""

from __future__ import annotations

from dataclasses import dataclass

from generator.graph import cycles, edges_of
from generator.run import TargetResult


@dataclass(frozen=True, slots=True)
class DependencyFinding:
    """One finding.

    Attributes:
        id: `unused-dependency`, `undeclared-dependency` or `import-cycle`.
        path: the BUILD file, repository-relative.
        line: where the target begins in it, from 1.
        label: the target, absolute and in full.
        message: what is wrong, one or more lines.
    """

    id: str
    path: str
    line: int
    label: str
    message: str


def findings(results: list[TargetResult]) -> list[DependencyFinding]:
    """The findings for the targets of a complete run, in the order of their places."""
    found: list[DependencyFinding] = []
    for result in results:
        rule = result.rule
        if rule is None or rule.keep:
            continue
        path, line, label = result.build, rule.line, result.label
        wanted = {dependency.label for dependency in result.dependencies}
        kept = {
            text
            for name in ("deps", "pyi_deps")
            if (value := rule.attributes.get(name)) is not None and value.strings is not None
            for index, text in enumerate(value.strings)
            if value.keep or index in value.keeps
        }
        whole = all(value.strings is not None for name in ("deps",) if (value := rule.attributes.get(name)) is not None)
        for dep in result.before:
            if dep not in wanted and dep not in kept:
                text = f"{dep} is a dependency that no source imports"
                found.append(DependencyFinding("unused-dependency", path, line, label, text))
        for dependency in result.dependencies:
            module = dependency.module
            if whole and module is not None and module.line and dependency.label not in result.before:
                text = f"{module.path}:{module.line} imports {module.name}, but {dependency.label} is no dependency"
                found.append(DependencyFinding("undeclared-dependency", path, line, label, text))
    edges = {item.label: edges_of(item.package, item.label, item.dependencies) for item in results}
    places = {item.label: item for item in results}
    for cycle in cycles(edges):
        start = places[cycle.edges[0].source]
        line = start.rule.line if start.rule is not None else 1
        found.append(DependencyFinding("import-cycle", start.build, line, start.label, str(cycle)))
    return sorted(dict.fromkeys(found), key=lambda item: (item.path, item.line, item.id, item.message))
