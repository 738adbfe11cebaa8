"""Words of .bazelrc lines, what they import, and dropping one."""

from __future__ import annotations

import pytest

from buildfile.bazelrc import dropped, files_imported, lines_of
from buildfile.edits import apply


def words(data: bytes) -> list[list[str]]:
    return [[word.text for word in line.words] for line in lines_of(data)]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"build --x=1 --y\n", [["build", "--x=1", "--y"]]),
        (b"# build --x\n\n   \nbuild:ci  --x  # why\n", [["build:ci", "--x"]]),
        (b"build \\\n  --x \\\r\n  --y\nrun --z", [["build", "--x", "--y"], ["run", "--z"]]),
        (b"build \"--x=a b\" '--y=c' --z='d e'#f\n", [["build", "--x=a b", "--y=c", "--z=d e#f"]]),
        (b"build --x=a\\ b\r\n", [["build", "--x=a b"]]),
        (b'build --x "open\nrun --y\n', [["build", "--x", "open"], ["run", "--y"]]),
        (b"build --x=\xff\n", [["build", "--x=\ufffd"]]),
    ],
)
def test_words(data: bytes, expected: list[list[str]]) -> None:
    assert words(data) == expected


def test_ranges_cover_the_quotes() -> None:
    data = b'common "--x=a b" --y\n'
    line = next(lines_of(data))
    assert [data[word.start : word.end] for word in line.words] == [b"common", b'"--x=a b"', b"--y"]


@pytest.mark.parametrize(
    ("index", "expected"), [(1, b"build --y --z # c\nrun --a\n"), (3, b"build --x --y # c\nrun --a\n")]
)
def test_dropping_one_of_several(index: int, expected: bytes) -> None:
    data = b"build --x --y --z # c\nrun --a\n"
    line = next(lines_of(data))
    assert apply(data, [dropped(data, line, line.words[index])]) == expected


def test_dropping_the_last_drops_the_line() -> None:
    data = b"build --x # c\nrun --a\n"
    line = next(lines_of(data))
    assert apply(data, [dropped(data, line, line.words[1])]) == b"run --a\n"


def test_imports_are_followed_within_the_workspace() -> None:
    files = {
        "w/.bazelrc": b"import %workspace%/a.rc\ntry-import tools/b.rc\nimport /etc/x\nimport ../up\nimport ~/y\n",
        "w/a.rc": b"try-import '%workspace%/a.rc'\nimport %workspace%/c.rc\n",
        "w/tools/b.rc": b"import %workspace%/.bazelrc\n",
    }
    assert sorted(files_imported("w/.bazelrc", "w", files.get)) == ["w/a.rc", "w/c.rc", "w/tools/b.rc"]
