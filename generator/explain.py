"""Why a target has its dependencies, and why one it had is gone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from buildfile.labels import BadLabel, Label
from generator.resolve import Dependency
from generator.run import TargetResult


@dataclass(frozen=True, slots=True)
class Reason:
    """One dependency of a target and why it is there, or is not.

    Attributes:
        label: the dependency as written in the target's package.
        kept: it is one of the dependencies the target should have.
        lines: the reasons, one sentence each.
    """

    label: str
    kept: bool
    lines: tuple[str, ...]


def mentions(results: Iterable[TargetResult], label: str) -> list[str]:
    """Every place from which targets come to depend on a label, in any spelling; one sentence each."""
    found = []
    for result in results:
        for dependency in result.dependencies:
            parsed = _parsed(dependency.label, result.package)
            if label == dependency.label or (parsed is not None and parsed == _parsed(label, "")):
                found.append(f"Explaining dependency ({label}): {result.label}: {_why(dependency)}")
    return found


def _parsed(label: str, package: str) -> Label | None:
    try:
        return Label.parse(label, package)
    except BadLabel:
        return None


def reasons(result: TargetResult) -> list[Reason]:
    """The dependencies of a target, those first that it should have, then those that it has and should not."""
    by_label: dict[str, list[Dependency]] = {}
    for dependency in result.dependencies:
        by_label.setdefault(dependency.label, []).append(dependency)
    found = [Reason(label, True, tuple(map(_why, items))) for label, items in sorted(by_label.items())]
    for label in sorted(set(result.before) - by_label.keys()):
        text = "no file in srcs imports it any more; mark it `# keep` or name it in a gazelle:include_dep comment"
        found.append(Reason(label, False, (text,)))
    return found


def _why(dependency: Dependency) -> str:
    module = dependency.module
    how = f"found by {dependency.how}"
    if module is None:
        return how
    if not module.line:
        return f"{module.path} is loaded by pytest; {how}"
    types = " for type checkers" if dependency.type_only else ""
    name = f" as {dependency.found}" if dependency.found != module.name else ""
    return f"{module.path}:{module.line} imports {module.name}{types}, {how}{name}"
