"""Dependencies among the targets of a repository: circles, and who is touched by a change."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from buildfile.labels import BadLabel, Label
from generator.existing import Rule
from generator.resolve import DECLARED, Dependency


@dataclass(frozen=True, slots=True)
class Edge:
    """A dependency of one target of the repository on another, both with absolute labels in full."""

    source: str
    target: str
    dependency: Dependency


@dataclass(frozen=True, slots=True)
class Cycle:
    """Targets that depend on each other in a circle: the edges that close it, each from where the last one led."""

    edges: tuple[Edge, ...]

    def __str__(self) -> str:
        labels = " -> ".join([*(edge.source for edge in self.edges), self.edges[0].source])
        reasons = "".join(f"\n  {edge.source} needs {edge.target}{_because(edge)}" for edge in self.edges)
        return f"dependency cycle: {labels}{reasons}"


def _because(edge: Edge) -> str:
    module = edge.dependency.module
    return f": {module.path}:{module.line} imports {module.name}" if module is not None and module.line else ""


def edges_of(package: str, label: str, dependencies: Iterable[Dependency]) -> list[Edge]:
    """The edges from a target to others of the repository, one for each of them."""
    found: dict[str, Edge] = {}
    for dependency in dependencies:
        try:
            target = Label.parse(dependency.label, package)
        except BadLabel:
            continue
        if not target.repo:
            found.setdefault(str(target), Edge(label, str(target), dependency))
    return list(found.values())


def declared(rule: Rule) -> list[Dependency]:
    """The dependencies that a BUILD file gives a rule."""
    labels = (*rule.strings("deps"), *rule.strings("pyi_deps"))
    return [Dependency(label, False, DECLARED, None, "") for label in labels]


def cycles(edges: Mapping[str, Sequence[Edge]]) -> list[Cycle]:
    """One short circle for each group of targets that all depend on each other, in the order of their labels.

    Args:
        edges: of each target by its label.
    """
    found = []
    for group in groups(edges):
        start = min(group)
        found.append(Cycle(tuple(_shortest(start, group, edges))))
    return sorted(found, key=lambda cycle: cycle.edges[0].source)


def groups(edges: Mapping[str, Sequence[Edge]]) -> list[set[str]]:
    """The strongly connected components with more than one target (Tarjan's algorithm, without recursion)."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    open_: list[str] = []
    is_open: set[str] = set()
    found: list[set[str]] = []
    for root in sorted(edges):
        if root in order:
            continue
        work = [(root, iter(edges[root]))]
        order[root] = low[root] = len(order)
        open_.append(root)
        is_open.add(root)
        while work:
            node, rest = work[-1]
            edge = next((edge for edge in rest if edge.target in edges), None)
            if edge is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == order[node]:
                    at = open_.index(node)
                    group = set(open_[at:])
                    del open_[at:]
                    is_open -= group
                    if len(group) > 1:
                        found.append(group)
            elif edge.target not in order:
                order[edge.target] = low[edge.target] = len(order)
                open_.append(edge.target)
                is_open.add(edge.target)
                work.append((edge.target, iter(edges[edge.target])))
            elif edge.target in is_open:
                low[node] = min(low[node], order[edge.target])
    return found


def _shortest(start: str, group: set[str], edges: Mapping[str, Sequence[Edge]]) -> list[Edge]:
    """The fewest edges of a group that lead from a target back to it."""
    came: dict[str, Edge] = {}
    queue = [start]
    for node in queue:
        for edge in sorted(edges[node], key=lambda edge: edge.target):
            if edge.target == start:
                path = [edge]
                while path[-1].source != start:
                    path.append(came[path[-1].source])
                return path[::-1]
            if edge.target in group and edge.target not in came:
                came[edge.target] = edge
                queue.append(edge.target)
    raise AssertionError(f"{start} is in no circle")


class GitProblem(Exception):
    """Git does not tell what changed; the message is for people."""


def changed_since(root: Path, ref: str) -> list[str]:
    """The paths below a directory that differ from a commit, or are not known to git, relative to it.

    Raises:
        GitProblem: there is no such commit, or no repository of git.
    """
    commands = (
        ["diff", "--name-only", "--relative", "--no-renames", "-z", ref, "--", "."],
        ["ls-files", "--others", "--exclude-standard", "-z"],
    )
    found: list[str] = []
    for command in commands:
        try:
            done = subprocess.run(["git", "-C", str(root), *command], capture_output=True, check=False)
        except OSError as error:
            raise GitProblem(f"git cannot be run: {error.strerror or error}") from None
        if done.returncode:
            reason = done.stderr.decode("utf-8", "replace").strip().splitlines()
            raise GitProblem(
                f"git does not know what changed since {ref}: {reason[0] if reason else 'no reason given'}"
            )
        found += [path.decode("utf-8", "surrogateescape") for path in done.stdout.split(b"\0") if path]
    return sorted(found)


def touched(packages: Iterable[str], paths: Iterable[str]) -> set[str]:
    """The packages that some paths belong to: for each path the nearest one upwards."""
    known = set(packages)
    found = set()
    for path in paths:
        directory = path.rpartition("/")[0]
        while directory not in known and directory:
            directory = directory.rpartition("/")[0]
        if directory in known:
            found.add(directory)
    return found
