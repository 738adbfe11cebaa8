"""Dropping a statement leaves the blank lines as buildifier has them."""

from __future__ import annotations

import pytest

from buildfile.edits import apply
from buildfile.statements import cut, removal, removals


@pytest.mark.parametrize(
    ("before", "word", "after"),
    [
        (b"a()\n\n# why\nx()\n\nb()\n", b"x", b"a()\n\nb()\n"),
        (b"a()\nx()\nb()\n", b"x", b"a()\nb()\n"),
        (b"x()\n\nb()\n", b"x", b"b()\n"),
        (b"a()\n\nx()\n", b"x", b"a()\n"),
        (b"a()\r\n\r\nx()\r\n", b"x", b"a()\r\n"),
        (b"a()\nx()", b"x", b"a()\n"),
        (b"x()\n", b"x", b""),
        (b"\xef\xbb\xbfx()\n\na()\n", b"x", b"\xef\xbb\xbfa()\n"),
        (b"# file\n\nx()\n", b"x", b"# file\n"),
        (b"# Copyright\nx()\n\nb()\n", b"x", b"# Copyright\n\nb()\n"),
        (b"# Copyright\n\n# This package.\nx()\ny()\n", b"x", b"# Copyright\n\n# This package.\ny()\n"),
        (b"\xef\xbb\xbf# Copyright\nx()\nb()\n", b"x", b"\xef\xbb\xbf# Copyright\nb()\n"),
        (b"a()\n\n# begin:ours\n# why\nx()\n# end:ours\n\nb()\n", b"x", b"a()\n\n# begin:ours\n# end:ours\n\nb()\n"),
        (b"a()\n\n# gazelle:exclude x:y\nx()\n", b"x", b"a()\n\n# gazelle:exclude x:y\n"),
        (b"a()\n\n# buildifier: disable=load\nx()\n", b"x", b"a()\n"),
    ],
)
def test_removal(before: bytes, word: bytes, after: bytes) -> None:
    statement = next(item for item in cut(before) if item.text.startswith(word))
    assert apply(before, [removal(before, statement.own, statement.end)]) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"a()\n\nx()\n\nx()\n", b"a()\n"),
        (b"x()\n\nx()\n\nb()\n", b"b()\n"),
        (b"a()\n\nx()\n\n# why\nx()\n\nb()\n", b"a()\n\nb()\n"),
        (b"a()\n\nx()\n\nb()\n\nx()\n", b"a()\n\nb()\n"),
        (b"x()\n\nx()\n", b""),
    ],
)
def test_several_at_once(before: bytes, after: bytes) -> None:
    assert apply(before, removals(before, [item for item in cut(before) if item.text.startswith(b"x")])) == after
