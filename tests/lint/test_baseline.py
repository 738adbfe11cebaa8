"""The baseline: what it takes in, what it lets pass, and that it only shrinks."""

from __future__ import annotations

import datetime
import json
from dataclasses import replace
from pathlib import Path

import pytest

from migrations.finding import Level
from migrations.lint.baseline import Matcher, encode, entries_of, read
from migrations.lint.diagnostic import Diagnostic
from tests.lint.repository import OLD, lay_out, lint, run

CONFIG = '[lint]\nbaseline = "baseline.json"\n'


def _adopt(root: Path, text: str = OLD) -> Path:
    lay_out(root, {"BUILD": text, "trekbok.toml": CONFIG})
    assert run(root, "--write-baseline").code == 0
    return root


def test_what_is_in_it_does_not_count(tmp_path: Path) -> None:
    ran = lint(_adopt(tmp_path))
    assert (ran.code, ran.ids) == (0, [])
    assert sum(ran.json["baselined"].values()) == 1
    assert "1 in the baseline" in run(tmp_path).out


def test_one_under_the_default_name_is_read(tmp_path: Path) -> None:
    lay_out(tmp_path, {"BUILD": OLD})
    assert run(tmp_path, "--write-baseline").code == 0
    assert " in the baseline" in run(tmp_path).out
    (tmp_path / "trekbok-baseline.json").unlink()
    assert run(tmp_path).code == 1


def test_what_is_new_counts(tmp_path: Path) -> None:
    _adopt(tmp_path)
    lay_out(tmp_path, {"new/BUILD": OLD})
    assert {item["path"] for item in lint(tmp_path).json["findings"]} == {"new/BUILD"}


def test_it_outlives_moved_lines_and_other_attributes(tmp_path: Path) -> None:
    _adopt(tmp_path)
    moved = "# more\n# lines\n\n" + OLD.replace('    srcs = ["x.py"],\n', "") + "\n\nexports_files([])\n"
    (tmp_path / "BUILD").write_text(moved)
    assert lint(tmp_path).ids == []


def test_it_outlives_a_moved_file(tmp_path: Path) -> None:
    _adopt(tmp_path)
    (tmp_path / "a").mkdir()
    (tmp_path / "BUILD").rename(tmp_path / "a" / "BUILD")
    assert lint(tmp_path).ids == []
    assert run(tmp_path, "--prune-baseline").code == 0
    assert {entry["path"] for entry in json.loads((tmp_path / "baseline.json").read_text())["entries"]} == {"a/BUILD"}


def test_a_second_use_beside_one_that_is_in_it_counts(tmp_path: Path) -> None:
    _adopt(tmp_path)
    (tmp_path / "BUILD").write_text(OLD + '\npy_venv_binary(\n    name = "y",\n    main = "y.py",\n)\n')
    (found,) = lint(tmp_path).json["findings"]
    assert (found["id"], found["line"]) == ("venv-rules", 9)


def test_what_is_fixed_has_to_go_out_of_it(tmp_path: Path) -> None:
    _adopt(tmp_path)
    (tmp_path / "BUILD").write_text("exports_files([])\n")
    ran = lint(tmp_path)
    assert ran.code == 1 and set(ran.ids) == {"stale-baseline"}
    assert {item["path"] for item in ran.json["findings"]} == {"baseline.json"}
    assert run(tmp_path, "--prune-baseline").code == 0
    assert lint(tmp_path).code == 0
    (tmp_path / "BUILD").write_text(OLD)
    assert lint(tmp_path).code == 1, "what was taken out may not come back"


def test_fix_takes_out_what_is_fixed(tmp_path: Path) -> None:
    _adopt(tmp_path)
    (tmp_path / "BUILD").write_text("exports_files([])\n")
    assert lint(tmp_path, "--fix").code == 0
    assert json.loads((tmp_path / "baseline.json").read_text())["entries"] == []


def test_a_run_over_a_part_does_not_judge_it(tmp_path: Path) -> None:
    _adopt(tmp_path)
    (tmp_path / "BUILD").write_text("exports_files([])\n")
    assert lint(tmp_path, "MODULE.bazel").ids == []
    assert run(tmp_path, "--prune-baseline", "BUILD").code == 2


def test_it_does_not_grow_unless_it_is_told_to(tmp_path: Path) -> None:
    _adopt(tmp_path)
    lay_out(tmp_path, {"new/BUILD": OLD})
    before = (tmp_path / "baseline.json").read_bytes()
    refused = run(tmp_path, "--write-baseline")
    assert refused.code == 1 and "1 new finding was not put in" in refused.out
    assert (tmp_path / "baseline.json").read_bytes() == before
    assert run(tmp_path, "--write-baseline", "--grow").code == 0
    assert lint(tmp_path).code == 0


def test_an_entry_expires_and_names_its_owner(tmp_path: Path) -> None:
    lay_out(tmp_path, {"BUILD": OLD, "trekbok.toml": CONFIG})
    yesterday = (datetime.date.today() - datetime.timedelta(days=1)).isoformat()
    assert run(tmp_path, "--write-baseline", "--expires", yesterday, "--owner", "@builders").code == 0
    ran = lint(tmp_path)
    assert ran.code == 1
    assert {item["expired"] for item in ran.json["findings"]} == {f"in the baseline until {yesterday}, owner @builders"}
    assert run(tmp_path, "--write-baseline", "--expires", "soon").code == 2


def test_what_is_in_it_is_not_fixed(tmp_path: Path) -> None:
    _adopt(tmp_path)
    lay_out(tmp_path, {"BUILD": OLD + '\nload(":m.bzl", "a")\n'})
    assert lint(tmp_path, "--fix").code == 0
    assert (tmp_path / "BUILD").read_text() == OLD


def test_failures_do_not_get_into_it(tmp_path: Path) -> None:
    lay_out(tmp_path, {"BUILD": "x(\n", "trekbok.toml": CONFIG})
    run(tmp_path, "--write-baseline")
    assert lint(tmp_path).code == 3


@pytest.mark.parametrize("text", ["", "{}", '{"version": 2, "entries": []}', '{"version": 1, "entries": [{"id": 1}]}'])
def test_a_file_that_is_none_ends_with_2(tmp_path: Path, text: str) -> None:
    lay_out(tmp_path, {"BUILD": OLD, "trekbok.toml": CONFIG, "baseline.json": text})
    ran = run(tmp_path)
    assert ran.code == 2 and "baseline.json" in ran.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{\n  "version": 1,\n<<<<<<< HEAD\n  "entries": []\n=======\n', "baseline.json:3:1: has conflict markers"),
        ('{\n  "version": 1,\n  "entries": [],,\n}\n', "baseline.json:3:17: is no baseline"),
        ('{"version": 2, "entries": [], "more": 1}', "is of version 2, and this trekbok knows version 1"),
        ('{"version": 0, "findings": []}', "is of version 0"),
    ],
)
def test_what_is_wrong_with_it_is_said_with_the_place(tmp_path: Path, text: str, said: str) -> None:
    lay_out(tmp_path, {"BUILD": OLD, "trekbok.toml": CONFIG, "baseline.json": text})
    for arguments in ((), ("--write-baseline",), ("--prune-baseline",)):
        ran = run(tmp_path, *arguments)
        assert ran.code == 2 and said in ran.err.replace("\n", " "), ran.err


def test_both_sides_of_a_merge_can_be_kept_and_pruned(tmp_path: Path) -> None:
    _adopt(tmp_path)
    path = tmp_path / "baseline.json"
    line = next(line for line in path.read_text().splitlines() if '"path"' in line)
    other = line.replace('"BUILD"', '"gone/BUILD"')
    path.write_text(f'{{"version": 1, "entries": [\n{line},\n{other},\n{line}\n]}}\n')
    assert set(lint(tmp_path).ids) == {"stale-baseline"}
    assert run(tmp_path, "--prune-baseline").code == 0
    assert lint(tmp_path).code == 0 and len(json.loads(path.read_text())["entries"]) == 1


def test_it_is_written_sorted_with_an_entry_a_line(tmp_path: Path) -> None:
    items = [
        Diagnostic("b", "z", 0, 1, 1, 1, 1, 2, "m", text="x"),
        Diagnostic("a", "y", 0, 1, 1, 1, 1, 2, "m", text="x"),
    ]
    entries = entries_of(items)
    data = encode(entries)
    assert data == encode(reversed(entries))
    (tmp_path / "b").write_bytes(data)
    assert set(read(tmp_path / "b")) == set(entries)
    assert [line.split(b'"')[3] for line in data.splitlines() if b"path" in line] == [b"y", b"z"]


def test_an_entry_serves_as_often_as_it_says() -> None:
    item = Diagnostic("a", "p", 0, 1, 1, 1, 1, 2, "m", level=Level.PERSON, text="x")
    (entry,) = entries_of([item, replace(item, number=1)])
    matcher = Matcher((entry,))
    assert [matcher.take(replace(item, number=number)) is not None for number in range(3)] == [True, True, False]
    assert matcher.stale() == []
