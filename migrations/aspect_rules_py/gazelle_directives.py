"""Directives of Gazelle that name symbols and files of v1.

https://github.com/bazel-contrib/bazel-gazelle#directives
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from buildfile.edits import Edit
from buildfile.source import FileKind
from migrations.aspect_rules_py._surface import (
    DEFS,
    PRIVATE_VENV_DEFS,
    UNSTABLE_DEFS,
    UPSTREAM,
    UV_DEFS,
    UV_UNSTABLE_DEFS,
    in_use,
)
from migrations.finding import Finding, Fix, Level
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.view import View

_DIRECTIVE = re.compile(rb"#[ \t]*gazelle:(\w+)[ \t]+(\S.*?)[ \t]*\Z")
_WORD = re.compile(rb"[!-~]+")
_OLD = re.compile(
    rb"(?<![\w-])(?:py_venv_binary|py_venv_test|py_(?:binary|test)_rule)(?![\w-])|/unstable:|/py_venv:defs"
)
_KINDS = {"py_venv_binary": "py_binary", "py_venv_test": "py_test"}
_RULES = {"py_binary_rule": "py_binary", "py_test_rule": "py_test"}
_FILES = {UNSTABLE_DEFS: DEFS, PRIVATE_VENV_DEFS: DEFS, UV_UNSTABLE_DEFS: UV_DEFS}
_LABELS = {**_FILES, **{old.removesuffix(".bzl"): new.removesuffix(".bzl") for old, new in _FILES.items()}}

Words = list[tuple[str, int, int]]


def find(view: View) -> Iterator[Finding]:
    """Comments that are directives with something of v1 in them."""
    if not in_use(view):
        return
    for start, end in view.comments(b"gazelle:"):
        found = _DIRECTIVE.match(view.file.data[start:end])
        if found is None:
            continue
        base = start + found.start(2)
        words = [
            (word[0].decode("utf-8", "replace"), base + word.start(), base + word.end())
            for word in _WORD.finditer(found[2])
        ]
        name = found[1].decode()
        if name == "map_kind" and len(words) == 3:
            yield from _map_kind(view, start, end, words)
        elif name == "alias_kind" and len(words) == 2:
            yield from _alias_kind(view, start, end, words)
        elif name in ("resolve", "resolve_regexp"):
            yield from _resolve(view, start, end, words)
        elif _OLD.search(found[2]):
            yield Finding(
                start,
                end,
                f"gazelle:{name} names something of v1",
                advice="See what the extension that reads it makes of the name, and give it the new one.",
            )


def _kinds(view: View) -> dict[str, str]:
    return _KINDS if view.target.plan else {**_KINDS, **_RULES}


def _map_kind(view: View, start: int, end: int, words: Words) -> Iterator[Finding]:
    """`map_kind FROM TO LABEL`."""
    (source, _, _), (kind, kind_start, kind_end), (label, label_start, label_end) = words
    canonical = view.canonical(label)
    home = _FILES.get(canonical, canonical)
    if source in _KINDS:
        advice = "Gazelle makes no such kind any more; map py_binary or py_test, if that is what is meant."
        yield Finding(start, end, f"gazelle:map_kind maps {source}, which is gone", advice=advice)
        return
    if home not in (DEFS, UV_DEFS):
        return
    if (kind == "py_venv" and canonical == DEFS) or kind == "py_venv_link":
        advice = (
            "py_venv is the virtualenv now, and py_venv_link takes one as venv: Gazelle can fill neither for a link."
        )
        yield Finding(start, end, f"gazelle:map_kind maps {source} to {kind}, which changed its meaning", advice=advice)
        return
    new = _kinds(view).get(kind, kind) if home == DEFS else kind
    edits = []
    if new != kind:
        edits.append(Edit(kind_start, kind_end, new.encode()))
    if home != canonical:
        edits.append(Edit(label_start, label_end, view.spell(home, like=label).encode()))
    if not edits:
        return
    preserve = kind in _KINDS and view.option("semantics", "preserve") == "preserve"
    unlike = (
        "Gazelle does not add expose_venv = True, isolated = False to targets it makes; put them in a macro of yours."
    )
    message = f"gazelle:map_kind brings back {kind} of {label}"
    yield Finding(start, end, message, Fix(tuple(edits)), unlike if preserve else "", Level.NOTE)


def _alias_kind(view: View, start: int, end: int, words: Words) -> Iterator[Finding]:
    """`alias_kind ALIAS KIND`."""
    (alias, _, _), (kind, kind_start, kind_end) = words
    kinds = _kinds(view)
    if alias in kinds and kind in (kinds[alias], alias):
        message = f"gazelle:alias_kind is about {alias}, which is gone"
        yield Finding(start, end, message, Fix((_whole_line(view, start, end),)))
    elif alias in kinds:
        advice = f"Drop it, or say what {kinds[alias]} is an alias of."
        yield Finding(start, end, f"gazelle:alias_kind is about {alias}, which is gone", advice=advice)
    elif kind in kinds:
        message = f"gazelle:alias_kind says that {alias} is a {kind}, which became {kinds[kind]}"
        yield Finding(start, end, message, Fix((Edit(kind_start, kind_end, kinds[kind].encode()),)))


def _whole_line(view: View, start: int, end: int) -> Edit:
    """Drops a comment, with its line if it has it to itself."""
    data = view.file.data
    line = data.rfind(b"\n", 0, start) + 1
    if data[line:start].strip():
        return Edit(start - (len(data[line:start]) - len(data[line:start].rstrip())), end, b"")
    newline = data.find(b"\n", end)
    return Edit(line, len(data) if newline < 0 else newline + 1, b"")


def _resolve(view: View, start: int, end: int, words: Words) -> Iterator[Finding]:
    """`resolve LANGUAGE [LANGUAGE] IMPORT LABEL`: labels of files that moved, and of siblings that are gone."""
    edits = []
    for text, word_start, word_end in words:
        new = _LABELS.get(view.canonical(text)) if "//" in text else None
        if new is not None:
            edits.append(Edit(word_start, word_end, view.spell(new, like=text).encode()))
    if edits:
        yield Finding(start, end, "gazelle:resolve names a file that moved", Fix(tuple(edits)))
    elif words and words[-1][0].endswith(".venv") and ":" in words[-1][0]:
        advice = "See venv-sibling: the target is made on request only."
        yield Finding(start, end, f"gazelle:resolve leads to {words[-1][0]}", advice=advice)


_MAPPED = "# gazelle:map_kind py_binary py_venv_binary @aspect_rules_py//py/private/py_venv:defs.bzl\n"

MIGRATION = Migration(
    id="gazelle-directives",
    summary="Change Gazelle directives that name symbols and files of v1.",
    page=Page(
        what=(
            "Rewrites `# gazelle:map_kind`, `alias_kind` and `resolve` that name `py_venv_binary`, `py_venv_test`, "
            "`py_binary_rule`, `py_test_rule` or a file of an unstable package. Lists other directives that do."
        ),
        why="The next run of Gazelle would bring the old symbols and loads back.",
        safety=(
            "Safe for what is there. Gazelle does not add `expose_venv = True, isolated = False` to targets it makes; "
            "a macro of the repository's own can."
        ),
        references=("https://github.com/bazel-contrib/bazel-gazelle#directives", UPSTREAM + "/pull/944"),
    ),
    gate=Gate(since="2.0.0-alpha.0"),
    kinds=(FileKind.BUILD,),
    needles=(
        b"gazelle:map_kind",
        b"gazelle:alias_kind",
        b"gazelle:resolve",
        b"py_venv_",
        b"py_binary_rule",
        b"py_test_rule",
    ),
    find=find,
    cases=(
        Case(
            "a kind mapped to one that is gone",
            _MAPPED + "# gazelle:exclude **/*.venv\n",
            "# gazelle:map_kind py_binary py_binary @aspect_rules_py//py:defs.bzl\n# gazelle:exclude **/*.venv\n",
            notes=("brings back py_venv_binary",),
        ),
        Case(
            "the same with plain semantics, under another name of the module",
            {
                "MODULE.bazel": 'bazel_dep(name = "aspect_rules_py", version = "1.11.7", repo_name = "rpy")\n',
                "BUILD": "#gazelle:map_kind py_test py_venv_test @rpy//py/unstable:defs.bzl # keep\n"
                "# gazelle:map_kind py_test py_venv_test @rpy//py/unstable:defs.bzl\n",
            },
            {
                "BUILD": "#gazelle:map_kind py_test py_venv_test @rpy//py/unstable:defs.bzl # keep\n"
                "# gazelle:map_kind py_test py_test @rpy//py:defs.bzl\n",
            },
            person=("gazelle:map_kind names",),
            options={"semantics": "plain"},
        ),
        Case(
            "aliases",
            "# gazelle:alias_kind my_binary py_venv_binary\n# gazelle:alias_kind py_venv_test py_test\n"
            "# gazelle:alias_kind py_venv_binary my_binary\n",
            "# gazelle:alias_kind my_binary py_binary\n# gazelle:alias_kind py_venv_binary my_binary\n",
            person=("is about py_venv_binary",),
        ),
        Case(
            "labels to resolve to",
            "# gazelle:resolve bzl @aspect_rules_py//py/unstable:defs.bzl @aspect_rules_py//py/unstable:defs\n"
            "# gazelle:resolve py app //app:app.venv\n",
            "# gazelle:resolve bzl @aspect_rules_py//py:defs.bzl @aspect_rules_py//py:defs\n"
            "# gazelle:resolve py app //app:app.venv\n",
            person=("leads to //app:app.venv",),
        ),
        Case(
            "a directive of another extension, and a map from a kind that is gone",
            "# gazelle:semgrep_target_kinds py_venv_binary,py_venv_test\n"
            "# gazelle:map_kind py_venv_binary x //:x.bzl\n",
            person=("gazelle:semgrep_target_kinds", "maps py_venv_binary"),
        ),
        Case(
            "the link is none of Gazelle's",
            "# gazelle:map_kind py_binary py_venv @aspect_rules_py//py:defs.bzl\n",
            person=("changed its meaning",),
        ),
        Case(
            "the rules behind the macros stay in the plan",
            "# gazelle:map_kind py_binary py_binary_rule @aspect_rules_py//py:defs.bzl\n",
            to="v2-plan",
        ),
        Case(
            "a workspace without aspect_rules_py",
            {"MODULE.bazel": "", "BUILD": "# gazelle:map_kind py_venv_binary x //:x.bzl\n"},
        ),
        Case(
            "directives that are right, of other rulesets, and text that is none",
            "# gazelle:map_kind py_binary py_binary @aspect_rules_py//py:defs.bzl\n"
            "# gazelle:map_kind py_test py_venv_test @rules_venv//python/venv:defs.bzl\n"
            "# gazelle:map_kind py_library my_library //tools:defs.bzl\n"
            "# gazelle:resolve py yaml @pypi//pyyaml\n"
            'x = "# gazelle:map_kind py_test py_venv_test @aspect_rules_py//py/unstable:defs.bzl"\n'
            "# use py_venv_binary\n",
        ),
    ),
)
