"""What a migration declares.

A migration is one file: a module whose name is the id with `_` for `-`, and which holds `MIGRATION`. So is a user's
own, named in the configuration.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from buildfile.source import STARLARK, FileKind
from migrations.finding import Finding
from migrations.profiles import Gate
from migrations.view import View


@dataclass(frozen=True, slots=True)
class Page:
    """The page of a migration, for `explain`, the documents and machine formats. All texts are Markdown.

    Attributes:
        what: what it does.
        why: why the old form has to go.
        safety: what may change in meaning, and what is left to a person.
        references: addresses of the upstream documents.
    """

    what: str
    why: str
    safety: str
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """A small repository before and after.

    Attributes:
        title: a sentence that says what it shows.
        before: the text of `BUILD.bazel`, or path to text for more files. A MODULE.bazel with
            `bazel_dep(name = "aspect_rules_py", version = "1.11.7")` and `bazel_dep(name = "rules_python")` is added
            if none is given.
        after: the same afterwards, changed files only; None if nothing changes.
        person: a part of the message of each finding that is left to a person, in order of place.
        notes: the same for notes.
        to: the profile.
        options: options of the run.
    """

    title: str
    before: str | Mapping[str, str]
    after: str | Mapping[str, str] | None = None
    person: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    to: str = "2.0.0-alpha.6"
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Migration:
    """One change that a repository may need.

    Attributes:
        id: kebab-case, the name of its module.
        summary: one sentence, imperative.
        page: the longer text.
        gate: the versions it is for.
        kinds: the kinds of files `find` looks at.
        needles: byte strings; a file with none of them is not looked at. A cheap search, so it may hit too much.
        find: takes the view of a file, gives findings. Pure: the same bytes and facts give the same findings.
        scan: takes the view of a file that has one of `scan_needles`, gives a fact about it or None. Facts have to
            be picklable.
        scan_needles, scan_kinds: what `scan` looks at.
        gather: takes `(path, fact)` of all files in order of path, gives what `View.facts[id]` holds in `find`.
        visit: takes what `gather` gave, gives paths that `find` is to look at though no needle hits.
        trace: takes the view of a file that `visit` named, with what `gather` gave in `View.facts[id]`; gives a fact
            about it or None. For what only the facts of other files make worth a look.
        conclude: takes what `gather` gave and `(path, fact)` of all traced files in order of path; gives what
            `View.facts[id]` holds in `find` instead.
        create: takes what `gather` gave, gives paths that `find` is to look at even if there is no such file; it
            then counts as empty, and is made if a fix puts something in it.
        cases: small repositories before and after; they are its tests and the examples of its page.
        after: ids of migrations whose fixes come first where both want the same bytes.
    """

    id: str
    summary: str
    page: Page
    find: Callable[[View], Iterable[Finding]]
    needles: tuple[bytes, ...]
    gate: Gate = field(default_factory=Gate)
    kinds: Collection[FileKind] = STARLARK
    scan: Callable[[View], Any] | None = None
    scan_needles: tuple[bytes, ...] = ()
    scan_kinds: Collection[FileKind] = STARLARK
    gather: Callable[[list[tuple[str, Any]]], Any] | None = None
    visit: Callable[[Any], Collection[str]] | None = None
    trace: Callable[[View], Any] | None = None
    conclude: Callable[[Any, list[tuple[str, Any]]], Any] | None = None
    create: Callable[[Any], Collection[str]] | None = None
    cases: tuple[Case, ...] = ()
    after: tuple[str, ...] = ()
