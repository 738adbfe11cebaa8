"""Where a new load goes: into buildifier's order, with the comments of its neighbours left to them."""

from __future__ import annotations

import pytest

from buildfile.edits import apply
from buildfile.loads import change_loads
from buildfile.source import FileKind, SourceFile
from tests.buildfile.oracle import formatted, need_buildifier

_NEW = 'load("//m:m.bzl", "m")\n'
_REST = "\nm()\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('# Copyright\nload("//z:z.bzl", "z")\n', f'# Copyright\n{_NEW}load("//z:z.bzl", "z")\n'),
        ('"""Doc."""\n\n# why\nload("//z:z.bzl", "z")\n', f'"""Doc."""\n\n{_NEW}\n# why\nload("//z:z.bzl", "z")\n'),
        (
            'load("//a:a.bzl", "a")\n\n# why\nload("//z:z.bzl", "z")\n',
            f'load("//a:a.bzl", "a")\n{_NEW}\n# why\nload("//z:z.bzl", "z")\n',
        ),
        (
            'load("//a:a.bzl", "a")  # a\nload("//z:z.bzl", "z")\n',
            f'load("//a:a.bzl", "a")  # a\n{_NEW}load("//z:z.bzl", "z")\n',
        ),
        (
            '# begin:ours\nload("//a:a.bzl", "a")\n# end:ours\n',
            f'# begin:ours\nload("//a:a.bzl", "a")\n# end:ours\n\n{_NEW}',
        ),
        ('load("//m:M.bzl", "x")\nload("z.bzl", "z")\n', f'load("//m:M.bzl", "x")\n{_NEW}load("z.bzl", "z")\n'),
        (
            'load("//z:z.bzl", "z")\n\nz()\n\nload("//a:a.bzl", "a")\nload("//n:n.bzl", "n")\n',
            f'load("//z:z.bzl", "z")\n\nz()\n\nload("//a:a.bzl", "a")\n{_NEW}load("//n:n.bzl", "n")\n',
        ),
        ("# Copyright\nx()\n", f"# Copyright\n{_NEW}\nx()\n"),
        ("# An x.\nx()\n", f"{_NEW}\n# An x.\nx()\n"),
    ],
)
def test_place_of_a_new_load(before: str, after: str) -> None:
    file = SourceFile("WORKSPACE", FileKind.WORKSPACE, (before + _REST).encode())
    made = apply(file.data, change_loads(file, {"m": ("//m:m.bzl", "m")}, ()))
    assert made.decode() == after + _REST
    need_buildifier()
    for data in (file.data, made):
        assert formatted(data, "WORKSPACE") == data
