"""What suppression comments cover, and what is said of those that cover nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buildfile.source import FileKind, SourceFile
from migrations.finding import Finding
from migrations.lint.suppressions import suppressions_of
from tests.lint.repository import OLD, lay_out, lint, run

TARGET = """load("@rules_python//python:py_binary.bzl", "py_binary")

{above}
py_binary({first}
    name = "x",
    {attribute_above}
    pyc_colection = [{attribute}
        {element_above}
        "a",{element}
    ],{last}
){end}
"""


def _covers(comment: str, place: str) -> set[str]:
    """What a comment at some place of the target above covers: of the target, the attribute and its element."""
    parts = dict.fromkeys(
        ("above", "first", "attribute_above", "attribute", "element_above", "element", "last", "end"), ""
    )
    parts[place] = comment
    data = TARGET.format(**parts).encode()
    found = suppressions_of(SourceFile("BUILD", FileKind.BUILD, data))
    places = {"target": b"py_binary(", "name": b'name = "x"', "attribute": b"pyc_colection", "element": b'"a"'}
    return {
        name
        for name, text in places.items()
        if any(item.suppresses("an-id", Finding(data.index(text), data.index(text) + 1, "")) for item in found)
    }


@pytest.mark.parametrize(
    ("place", "covered"),
    [
        ("above", {"target", "name", "attribute", "element"}),
        ("first", {"target", "name", "attribute", "element"}),
        ("attribute_above", {"attribute", "element"}),
        ("attribute", {"attribute", "element"}),
        ("element_above", {"element"}),
        ("element", {"element"}),
        ("last", {"attribute", "element"}),
        ("end", {"target", "name", "attribute", "element"}),
    ],
)
def test_a_comment_covers_what_it_stands_at(place: str, covered: set[str]) -> None:
    assert _covers("  # trekbok: disable=an-id (why)", place) == covered
    assert _covers("  # trekbok: disable=other", place) == set()


def test_a_comment_for_the_file_covers_it_wherever_it_stands(tmp_path: Path) -> None:
    text = OLD + "\n# trekbok: disable-file=venv-rules, unstable-load (vendored)\n"
    ran = lint(lay_out(tmp_path, {"BUILD": text}))
    assert (ran.code, ran.ids) == (0, [])
    assert ran.json["suppressed"] == {"venv-rules": 1}
    assert "1 suppressed" in run(tmp_path).out


def test_the_words_an_id_begins_with_suppress_too(tmp_path: Path) -> None:
    assert lint(lay_out(tmp_path, {"BUILD": "# trekbok: disable-file=venv, unstable (old)\n" + OLD})).ids == []


def test_what_is_suppressed_is_not_fixed(tmp_path: Path) -> None:
    text = 'load(":m.bzl", "a")  # trekbok: disable=unused-load (a script reads it)\n'
    lay_out(tmp_path, {"BUILD": text})
    assert lint(tmp_path, "--fix").ids == []
    assert (tmp_path / "BUILD").read_text() == text


def test_a_suppression_of_what_a_fix_would_edit_counts(tmp_path: Path) -> None:
    """dep-group-attr and its like report at the call; the comment is where a person puts it, at the attribute."""
    text = (
        'load("@aspect_rules_py//py:defs.bzl", "py_test")\n\npy_test(\n    name = "t",\n    srcs = ["t.py"],\n'
        '    venv = "a",  # trekbok: disable=dep-group-attr (later)\n)\n'
    )
    ran = lint(lay_out(tmp_path, {"BUILD": text}), "--select", "dep-group-attr,stale-suppression")
    assert ran.ids == []


@pytest.mark.parametrize(
    ("comment", "said"),
    [
        ("# trekbok: disable=unused-load", "gives no reason"),
        ("# trekbok: disable=unused-laod (x)", "did you mean 'unused-load'?"),
        ("# trekbok: disable (x)", "names no finding"),
        ("# trekbok: ignore=unused-load (x)", "is no directive"),
    ],
)
def test_a_suppression_that_is_badly_written_is_a_finding(tmp_path: Path, comment: str, said: str) -> None:
    ran = lint(lay_out(tmp_path, {"BUILD": f'load(":m.bzl", "a")  {comment}\n'}), "--ignore", "unused-load")
    assert ran.code == 1
    assert [item["id"] for item in ran.json["findings"] if said in item["message"]] == ["bad-suppression"]


def test_a_suppression_that_nothing_needs_is_removed(tmp_path: Path) -> None:
    text = (
        "# trekbok: disable=unused-load (for the load below)\n"
        'load(":m.bzl", "a")\n\n'
        "a(  # trekbok: disable=unused-load, private-load (x)\n"
        '    name = "x",\n'
        ")\n"
    )
    lay_out(tmp_path, {"BUILD": text})
    assert lint(tmp_path).ids == ["stale-suppression"] * 2
    assert lint(tmp_path, "--fix").ids == []
    assert (tmp_path / "BUILD").read_text() == 'load(":m.bzl", "a")\n\na(\n    name = "x",\n)\n'


def test_only_the_stale_id_of_several_is_removed(tmp_path: Path) -> None:
    text = 'load(":m.bzl", "a")  # trekbok: disable=private-load, unused-load, same-file-load (x)\n'
    lay_out(tmp_path, {"BUILD": text})
    assert lint(tmp_path, "--fix").ids == []
    assert (tmp_path / "BUILD").read_text() == 'load(":m.bzl", "a")  # trekbok: disable=unused-load (x)\n'


def test_what_did_not_run_is_not_stale(tmp_path: Path) -> None:
    lay_out(tmp_path, {"BUILD": "exports_files([])  # trekbok: disable=unused-load (x)\n"})
    assert lint(tmp_path).ids == ["stale-suppression"]
    assert lint(tmp_path, "--select", "venv-rules,stale-suppression").ids == []


def test_buildifiers_comment_about_rules_that_are_not_loaded_counts(tmp_path: Path) -> None:
    text = 'py_library(  # buildifier: disable=native-py\n    name = "a",\n)\n\npy_library(\n    name = "b",\n)\n'
    found = lint(lay_out(tmp_path, {".bazelversion": "8.0.0\n", "BUILD": text})).json
    assert [(item["id"], item["target"]) for item in found["findings"]] == [("native-python-rules", "b")]
    assert found["suppressed"] == {"native-python-rules": 1}


def test_buildifiers_comments_count_where_they_mean_the_same(tmp_path: Path) -> None:
    text = 'load(":m.bzl", "a")  # buildifier: disable=load\n\nload(":n.bzl", "b")  # buildifier: disable=print\n'
    assert lint(lay_out(tmp_path, {"BUILD": text})).ids == ["unused-load"]


def test_a_string_is_no_comment(tmp_path: Path) -> None:
    text = 'load(":m.bzl", "a")\n\nX = "# trekbok: disable-file=unused-load (x)"\n'
    assert lint(lay_out(tmp_path, {"BUILD": text})).ids == ["unused-load"]


def test_a_bazelrc_has_suppressions_too(tmp_path: Path) -> None:
    config = "[[deprecated]]\nflag = '--old'\nmessage = 'gone'\n"
    comment = "# trekbok: disable=deprecated-old (x)"
    rc = f"build --old  {comment}\n{comment}\nbuild --old=1\nbuild --old\n"
    ran = lint(lay_out(tmp_path, {"trekbok.toml": config, ".bazelrc": rc}))
    assert [(item["id"], item["line"]) for item in ran.json["findings"]] == [("deprecated-old", 4)]


LINES = st.lists(
    st.sampled_from(
        (
            "# trekbok: disable=unused-load (x)",
            "# trekbok: disable-file=a",
            "# buildifier: disable=load",
            "a(",
            ")",
            '    "x",  # trekbok: disable=b (y)',
            "    [",
            "    ],",
            'load(":m.bzl", "a")',
            "",
            "def f():",
            "    pass  # trekbok: disable=c",
            "'''",
        )
    ),
    max_size=12,
)


@given(LINES)
def test_whatever_a_file_looks_like_its_comments_can_be_read(lines: list[str]) -> None:
    data = "\n".join(lines).encode()
    for item in suppressions_of(SourceFile("BUILD", FileKind.BUILD, data)):
        assert data[item.start : item.end].startswith(b"#")
        assert all(start < end for start, end in item.covers)
