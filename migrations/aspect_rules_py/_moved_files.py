"""Mentions of .bzl files that moved, other than in load statements: labels, text in strings, comments, documents."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from buildfile.source import FileKind
from migrations.finding import Finding, Fix, Level
from migrations.view import String, View


def mentions(view: View, files: Mapping[str, str], *parts: str) -> Iterator[Finding]:
    """Findings for mentions of files that moved.

    A string that is the label of one, with or without `.bzl`, is changed. Text in a string, which may be what a rule
    or a generator writes, is left to a person; a comment, a docstring and a document are noted.

    Args:
        view: the file.
        files: canonical label of each file to that of the one to use instead.
        parts: of which one is in every label of these files.
    """
    if view.file.kind is FileKind.TEXT:
        yield from _in_text(view, files)
        return
    labels = {**files, **{old.removesuffix(".bzl"): new.removesuffix(".bzl") for old, new in files.items()}}
    written = {view.spell(label): label for label in files}

    def moved(label: str) -> str | None:
        new = labels.get(view.canonical(label)) if "//" in label else None
        return view.spell(new, like=label) if new is not None else None

    for string in view.strings(*parts):
        new = moved(string.value)
        if new is not None:
            fix = Fix(view.replacing(string, new, moved), tuple(view.changes_at(string)))
            yield Finding(string.start, string.end, f"{string.value} moved to {new}", fix)
        elif any(label in string.value for label in written):
            yield _of_text(view, string)
    for start, end in view.comments(*(label.encode() for label in written)):
        label = next(label for label in written if label.encode() in view.file.data[start:end])
        yield Finding(
            start,
            end,
            f"the comment names {label}, which moved to {view.spell(files[written[label]])}",
            advice="Change it, if it is to be followed or uncommented some day.",
            level=Level.NOTE,
        )


def _of_text(view: View, string: String) -> Finding:
    message = "names a file of an unstable package, which is gone"
    if _is_docstring(view, string):
        advice = "Change the example."
        return Finding(string.start, string.end, f"the docstring {message}", advice=advice, level=Level.NOTE)
    return Finding(
        string.start,
        string.end,
        f"the text {message}",
        advice="If Bazel gets to load it, change the label in it, and what else it has of v1.",
    )


def _is_docstring(view: View, string: String) -> bool:
    """Whether a string is a statement of its own."""
    tree = view.tree(string.statement)
    return tree is not None and any(
        isinstance(node, ast.Expr) and tree.start(node) == string.start for top in tree.body for node in ast.walk(top)
    )


def _in_text(view: View, files: Mapping[str, str]) -> Iterator[Finding]:
    data = view.file.data
    for old, new in files.items() if not view.file.path.endswith(".lock") else ():
        written = view.workspace.spell(old).encode()
        at = data.find(written)
        while at >= 0:
            yield Finding(
                at,
                at + len(written),
                f"{written.decode()} moved to {view.workspace.spell(new)}",
                advice="Change the text; what people copy from here does not load any more.",
                level=Level.NOTE,
            )
            at = data.find(written, at + 1)
