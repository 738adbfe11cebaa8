"""The parts of the rollout by themselves: owners, globs, names, patterns, waves."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrations.rollout.expressions import names_of
from migrations.rollout.flag import turned_on
from migrations.rollout.globs import expand
from migrations.rollout.inventory import take
from migrations.rollout.owners import owners
from migrations.rollout.patterns import BadPattern, Patterns
from migrations.rollout.waves import Cut, place, share_name, splitter
from tests.lint.repository import lay_out


def test_the_last_line_that_matches_owns(tmp_path: Path) -> None:
    (tmp_path / ".github").mkdir()
    (tmp_path / ".github/CODEOWNERS").write_text(
        "# who\n* @all\n/app/ @app @second\n*.bzl @build\n/app/free/\n/docs/*.md @docs # comment\n"
    )
    owner = owners(tmp_path)
    assert owner("x/BUILD.bazel") == "@all"
    assert owner("app/a/BUILD.bazel") == "@app"
    assert owner("app/defs.bzl") == "@build"
    assert owner("app/free/BUILD.bazel") == "unowned"
    assert owner("docs/a.md") == "@docs"
    assert owners(tmp_path / "none")("a") == "unowned"


@pytest.mark.parametrize(
    ("include", "exclude", "files"),
    [
        (["*.py"], [], ["a.py", "b_test.py"]),
        (["*.py"], ["*_test.py"], ["a.py"]),
        (["**/*.py"], [], ["a.py", "b_test.py", "deep/er/d.py"]),
        (["deep/**"], [], ["deep/er/d.py"]),
        (["sub/*.py"], [], []),
    ],
)
def test_a_glob_gives_the_files_of_its_package(
    tmp_path: Path, include: list[str], exclude: list[str], files: list[str]
) -> None:
    for name in ("a.py", "b_test.py", "c.txt", "deep/er/d.py", "sub/BUILD", "sub/s.py"):
        (tmp_path / "p" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "p" / name).write_text("")
    assert expand(str(tmp_path), "p", include, exclude, frozenset({"p", "p/sub"})) == files


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('[t(name = "a_%s" % x) for x in ["1", "2"]]', ["a_1", "a_2"]),
        ('[t(name = "{}_{}".format(x, y)) for x in ["1"] for y in ALL if y != "q"]', ["1_p"]),
        ('[t(name = k + v) for k, v in {"a": "1"}.items()]', ["a1"]),
        ('[t(name = x[0]) for x in [("a", 1), ("b", 2)]]', ["a", "b"]),
        ("[t(name = str(n)) for n in range(2)]", []),
        ('[t(name = "n%d" % n) for n in range(1, 3)]', ["n1", "n2"]),
        ('[t(name = f) for f in glob(["*"])]', []),
        ("[t(name = x) for x in OTHER]", []),
    ],
)
def test_names_of_a_comprehension(text: str, names: list[str]) -> None:
    made = ast.parse(text, mode="eval").body
    assert isinstance(made, ast.ListComp) and isinstance(made.elt, ast.Call)
    constants = {"ALL": ast.parse('["p", "q"]', mode="eval").body}
    assert names_of(made.elt.keywords[0].value, made.generators, constants) == names


def test_patterns() -> None:
    wanted = Patterns(["//...", "-//a/...", "//a/b:all", "-//a/b:x", "//c"])
    assert wanted.match("//:x") and wanted.match("//c:c") and wanted.match("//a/b:y")
    assert not wanted.match("//a:a") and not wanted.match("//a/b:x") and not wanted.match("//a/c:c")
    assert not Patterns(["//a"]).match("//a:b")
    assert not Patterns(["//a/..."]).match("//ab:b")
    with pytest.raises(BadPattern):
        Patterns(["a/b"])


@given(st.lists(st.text("abc/:", min_size=1), unique=True, min_size=1))
def test_a_wave_depends_on_the_label_alone(labels: list[str]) -> None:
    cut = Cut()
    wave = splitter(cut, lambda path: "")
    alone = {label: splitter(cut, lambda path: "other")(label, "elsewhere") for label in labels}
    assert {label: wave(label, "p") for label in labels} == alone
    for label in labels:
        share = float(alone[label].removeprefix("share-"))
        lower = max([0.0, *(item for item in cut.shares if item < share)])
        assert lower <= place(label) < share


def test_labels_spread_over_the_waves_by_their_shares() -> None:
    places = [place(f"//p{number}:t") for number in range(20_000)]
    for share in (1, 5, 25, 50):
        assert abs(sum(where < share for where in places) / 200 - share) < 1


def test_names_of_shares_sort_as_they_rise() -> None:
    shares = (0.5, 1, 2.25, 5, 25, 100)
    names = [share_name(share) for share in shares]
    assert names == sorted(names) == ["share-000.5", "share-001", "share-002.25", "share-005", "share-025", "share-100"]


def test_a_mapped_kind_holds_in_the_directories_below(tmp_path: Path) -> None:
    call = 'load("{}", "{}")\n\n{}(name = "t")\n'
    files = {
        "a/BUILD": "# gazelle:map_kind py_test our_test @ours//:defs.bzl\n",
        "a/b/c/BUILD": call.format("@ours//:defs.bzl", "our_test", "our_test"),
        "a/d/BUILD": "# gazelle:map_kind py_library our_test @ours//:defs.bzl\n"
        + call.format("@ours//:defs.bzl", "our_test", "our_test"),
        "e/BUILD": call.format("@ours//:defs.bzl", "our_test", "our_test"),
        "m.bzl": 'load("@rules_python//python:defs.bzl", "py_binary")\n\ndef our(**kwargs):\n    py_binary(**kwargs)\n',
        "f/BUILD": "# gazelle:map_kind py_test our //:m.bzl\n" + call.format("//:m.bzl", "our", "our"),
    }
    found = take(lay_out(tmp_path, files)).rules
    kinds = {label: rule.made.kind if rule.made else None for label, rule in found.items()}
    assert kinds == {"//a/b/c:t": "py_test", "//a/d:t": "py_library", "//e:t": None, "//f:t": "py_binary"}


def test_emitted_rules_are_known_under_the_name_that_the_module_has(tmp_path: Path) -> None:
    files = {
        "MODULE.bazel": 'bazel_dep(name = "house_rules", repo_name = "house")\nbazel_dep(name = "others")\n'
        'local_path_override(\n    module_name = "house_rules",\n    path = "third_party/rules",\n)\n'
        'local_path_override(\n    module_name = "others",\n    path = "third_party/others",\n)\n',
        "third_party/rules/trekbok-emit.json": "{}",
        "a/BUILD": 'load("@house//python:py_test.bzl", "py_test")\n\npy_test(name = "t")\n',
        "b/BUILD": 'load("@others//python:py_test.bzl", "py_test")\n\npy_test(name = "t")\n',
    }
    inventory = take(lay_out(tmp_path, files))
    assert {label: rule.made is not None for label, rule in inventory.rules.items()} == {"//a:t": True, "//b:t": False}
    change, _ = turned_on({}, inventory.workspace, "precompile")
    assert change is not None and change.new == b"common --@house//python/config_settings:precompile=enabled\n"
