"""Why a target has its dependencies, and why one it had is gone."""

from __future__ import annotations

from dataclasses import dataclass

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
