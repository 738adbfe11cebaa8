"""Deprecations and policies that a repository declares in its configuration."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.lint.repository import lay_out, lint
from trekbok.cli import main

SYMBOL = """[[deprecated]]
symbol = "//tools:defs.bzl%old_rule"
since = "1.2"
removed = "2.0"
message = "It is slow."
"""


def _fixed(root: Path, config: str, before: str, path: str = "a/BUILD") -> str:
    """The text that --fix makes of a file; the rest of the repository, and what is left, have to be clean."""
    lay_out(root, {"trekbok.toml": config, path: before})
    first = lint(root)
    assert first.code == 1 and all(item["fix"] for item in first.json["findings"]), first.out
    assert lint(root, "--fix").ids == []
    return (root / path).read_text()


def test_a_symbol_without_a_replacement_is_reported_wherever_it_is_used(tmp_path: Path) -> None:
    text = (
        'load("//tools:defs.bzl", o = "old_rule")\n\no(name = "a")\n\nm(\n    name = "b",\n    rule = o,\n)\n\n'
        '[o(name = n) for n in ["c"]]\n'
    )
    ran = lint(lay_out(tmp_path, {"trekbok.toml": SYMBOL, "a/BUILD": text}))
    assert [(item["id"], item["line"]) for item in ran.json["findings"]] == [
        ("deprecated-old-rule", 3),
        ("deprecated-old-rule", 7),
        ("deprecated-old-rule", 10),
    ]
    message = ran.json["findings"][0]["message"]
    assert message == "old_rule is deprecated since 1.2 and gone in 2.0: It is slow"


def test_a_namesake_from_elsewhere_is_left_alone(tmp_path: Path) -> None:
    text = 'load("//other:defs.bzl", "old_rule")\n\nold_rule(name = "a")\n'
    assert lint(lay_out(tmp_path, {"trekbok.toml": SYMBOL, "a/BUILD": text, "tools/BUILD": "old_rule()\n"})).ids == []


def test_a_path_may_be_allowed(tmp_path: Path) -> None:
    text = 'load("//tools:defs.bzl", "old_rule")\n\nold_rule(name = "a")\n'
    files = {"trekbok.toml": SYMBOL + 'allow = ["legacy/**"]\n', "legacy/a/BUILD": text, "a/BUILD": text}
    assert {item["path"] for item in lint(lay_out(tmp_path, files)).json["findings"]} == {"a/BUILD"}


def test_a_replacement_takes_load_attributes_and_name_with_it(tmp_path: Path) -> None:
    config = SYMBOL + 'replacement = "//tools:new.bzl%new_rule"\nrename = { source = "srcs" }\ndrop = ["speed"]\n'
    before = (
        'load("//tools:defs.bzl", "old_rule", "other")\n\nold_rule(\n    name = "a",\n    source = ["a"],\n'
        '    speed = 3,\n)\n\nother(name = "b")\n'
    )
    assert _fixed(tmp_path, config, before) == (
        'load("//tools:defs.bzl", "other")\nload("//tools:new.bzl", "new_rule")\n\nnew_rule(\n    name = "a",\n'
        '    srcs = ["a"],\n)\n\nother(name = "b")\n'
    )


def test_a_name_of_its_own_is_kept(tmp_path: Path) -> None:
    config = SYMBOL + 'replacement = "@r//:new.bzl%new_rule"\n'
    before = (
        'load("//tools:defs.bzl", mine = "old_rule")\n\nmine(name = "a")\n\nx(\n    name = "b",\n    rule = mine,\n)\n'
    )
    assert _fixed(tmp_path, config, before) == before.replace("//tools:defs.bzl", "@r//:new.bzl").replace(
        "old_rule", "new_rule"
    )


def test_a_rule_of_bazels_own_is_loaded(tmp_path: Path) -> None:
    config = '[[deprecated]]\nsymbol = "native%sh_test"\nmessage = "m"\n'
    config += 'replacement = "@rules_shell//shell:sh_test.bzl%sh_test"\n'
    before = 'sh_test(\n    name = "a",\n    srcs = ["a.sh"],\n)\n'
    assert _fixed(tmp_path, config, before) == f'load("@rules_shell//shell:sh_test.bzl", "sh_test")\n\n{before}'


def test_migrate_makes_the_same_fixes(tmp_path: Path) -> None:
    config = SYMBOL + 'replacement = "//tools:new.bzl%new_rule"\n'
    lay_out(
        tmp_path, {"trekbok.toml": config, "BUILD": 'load("//tools:defs.bzl", "old_rule")\n\nold_rule(name = "a")\n'}
    )
    for arguments in (["own"], ["--only", "deprecated-old-rule"]):
        ran = CliRunner().invoke(main, ["migrate", "--root", str(tmp_path), "--diff", *arguments])
        assert ran.exit_code == 1 and "+new_rule(name" in ran.output, ran.output
    listed = CliRunner().invoke(main, ["list", "--root", str(tmp_path)])
    assert "deprecated-old-rule" in listed.output
    assert "It is slow." in CliRunner().invoke(main, ["explain", "--root", str(tmp_path), "deprecated-old-rule"]).output


def test_a_file_moves_with_all_that_is_loaded_from_it(tmp_path: Path) -> None:
    config = '[[deprecated]]\nfile = "//tools:defs.bzl"\nmessage = "m"\nreplacement = "//tools:new.bzl"\n'
    before = (
        'load(":defs.bzl", "a", b = "c")\n\na(name = "x")\n\nb(name = "y")\n\nexports_files(["defs.bzl"])\n\n'
        'bzl_library(\n    name = "l",\n    srcs = [":defs.bzl"],\n)\n'
    )
    assert _fixed(tmp_path, config, before, "tools/BUILD") == before.replace(
        'load(":defs.bzl"', 'load("//tools:new.bzl"'
    ).replace('[":defs.bzl"]', '["//tools:new.bzl"]')


def test_a_label_is_found_however_it_is_spelt(tmp_path: Path) -> None:
    config = '[[deprecated]]\nlabel = "//tools:old_type"\nmessage = "m"\nreplacement = "//tools:new_type"\n'
    before = 'toolchain(\n    name = "t",\n    toolchain = ":x",\n    toolchain_type = ":old_type",\n)\n'
    assert _fixed(tmp_path, config, before, "tools/BUILD") == before.replace(":old_type", "//tools:new_type")


def test_an_attribute_and_its_values(tmp_path: Path) -> None:
    config = """[[deprecated]]
id = "slow-mode"
symbol = "//t:d.bzl%r"
attribute = "mode"
values = ["slow", "slower"]
message = "m"
replacement = "fast"

[[deprecated]]
symbol = "//t:d.bzl%r"
attribute = "old"
message = "m"
rename = { old = "new" }
"""
    before = 'load("//t:d.bzl", "r")\n\nr(\n    name = "a",\n    mode = "slow",\n    old = 1,\n)\n\n'
    untouched = 'r(\n    name = "b",\n    mode = "other",\n)\n'
    after = 'load("//t:d.bzl", "r")\n\nr(\n    name = "a",\n    mode = "fast",\n    new = 1,\n)\n\n'
    assert _fixed(tmp_path, config, before + untouched) == after + untouched


def test_flags(tmp_path: Path) -> None:
    config = """[[deprecated]]
flag = "--old"
message = "m"
replacement = "--new"

[[deprecated]]
flag = "--@rules_python//python/config_settings:gone"
message = "m"
drop = ["x"]

[[deprecated]]
id = "mode-a"
flag = "--mode"
values = ["a"]
message = "m"
replacement = "b"
"""
    before = (
        "build --old=1 --mode=a --mode=c --older\n"
        "test:ci --x --@@rules_python+//python/config_settings:gone=1\n# --old\n"
    )
    assert _fixed(tmp_path, config, before, ".bazelrc") == (
        "build --new=1 --mode=b --mode=c --older\ntest:ci --x\n# --old\n"
    )


POLICY = '[[policy]]\nkind = "py_test"\nattribute = "size"\nmessage = "CI is short"\n'


@pytest.mark.parametrize(
    ("demand", "attribute", "said"),
    [
        ("required = true", "", "size is required here"),
        ("required = true", 'size = "small",', ""),
        ("required = true", "**KW,", ""),
        ("forbidden = true", 'size = "small",', "size is forbidden here"),
        ("forbidden = true", "", ""),
        ('values = ["small"]', 'size = "large",', "size is large, allowed is small"),
        ('values = ["small"]', 'size = "small",', ""),
        ('values = ["small"]', 'size = ["small", "x"],', "size is x"),
        ('values = ["small"]', "size = SIZE,", ""),
        ("maximum = 3", "size = 4,", "size is 4, at most 3"),
        ("maximum = 3", "size = 3,", ""),
        ("maximum = 1", 'size = ["a", "b"],', "size is 2, at most 1"),
    ],
)
def test_a_policy_on_an_attribute(tmp_path: Path, demand: str, attribute: str, said: str) -> None:
    text = (
        f'load(":m.bzl", "KW", "SIZE", "py_test")\n\nX = (KW, SIZE)\n\npy_test(\n    name = "a",\n    {attribute}\n)\n'
    )
    ran = lint(lay_out(tmp_path, {"trekbok.toml": f"{POLICY}{demand}\n", "BUILD": text}))
    messages = [item["message"] for item in ran.json["findings"] if item["id"] == "policy-py-test-size"]
    assert len(messages) == bool(said)
    assert all(said in message and "CI is short" in message for message in messages)


def test_a_policy_on_the_kind_of_one_file(tmp_path: Path) -> None:
    config = '[[policy]]\nkind = "//t:d.bzl%r"\nattribute = "x"\nforbidden = true\nallow = ["b/**"]\n'
    mine, other = (f'load("//{where}:d.bzl", "r")\n\nr(\n    name = "a",\n    x = 1,\n)\n' for where in "tu")
    files = {"trekbok.toml": config, "a/BUILD": mine, "b/BUILD": mine, "c/BUILD": other}
    assert {item["path"] for item in lint(lay_out(tmp_path, files)).json["findings"]} == {"a/BUILD"}


NEW = SYMBOL + 'replacement = "//tools:new.bzl%new_rule"\nrename = { source = "srcs" }\n'


def test_a_kind_that_gazelle_maps_to_the_symbol_is_mapped_to_the_replacement(tmp_path: Path) -> None:
    before = (
        "# gazelle:map_kind py_test old_rule //tools:defs.bzl\n# gazelle:map_kind x old_rule //other:defs.bzl\n"
        'load("//tools:defs.bzl", "old_rule")\n\nold_rule(name = "a")\n'
    )
    assert _fixed(tmp_path, NEW, before) == (
        "# gazelle:map_kind py_test new_rule //tools:new.bzl\n# gazelle:map_kind x old_rule //other:defs.bzl\n"
        'load("//tools:new.bzl", "new_rule")\n\nnew_rule(name = "a")\n'
    )


def test_an_attribute_that_is_there_under_both_names_is_left_to_a_person(tmp_path: Path) -> None:
    text = (
        'load("//tools:defs.bzl", "old_rule")\n\n'
        'old_rule(\n    name = "a",\n    source = ["a"],\n    srcs = ["b"],\n)\n\n'
        'old_rule(\n    name = "b",\n    source = ["c"],\n)\n'
    )
    lay_out(tmp_path, {"trekbok.toml": NEW, "a/BUILD": text})
    (left,) = lint(tmp_path, "--fix").json["findings"]
    assert (left["target"], left["fix"]) == ("a", None) and "There is srcs already" in left["advice"]
    fixed = (tmp_path / "a/BUILD").read_text()
    assert 'source = ["a"]' in fixed and 'new_rule(\n    name = "b",\n    srcs = ["c"],' in fixed
    assert 'load("//tools:defs.bzl", "old_rule")' in fixed and 'load("//tools:new.bzl", "new_rule")' in fixed


def test_what_a_macro_passes_on_unseen_may_hold_old_attributes_too(tmp_path: Path) -> None:
    text = 'load(":defs.bzl", "old_rule")\n\ndef m(name, **kwargs):\n    old_rule(name = name, source = [], **kwargs)\n'
    lay_out(tmp_path, {"trekbok.toml": NEW, "tools/m.bzl": text})
    assert [item["fix"] for item in lint(tmp_path).json["findings"]] == ["unsafe"]


def test_values_in_lists_sums_and_selects_count(tmp_path: Path) -> None:
    config = '[[deprecated]]\nsymbol = "//t:d.bzl%r"\nattribute = "mode"\nvalues = ["slow"]\nmessage = "m"\n'
    before = (
        'load("//t:d.bzl", "r")\n\nr(\n    name = "a",\n    mode = ["x"] + select({\n        "slow": ["slow"],\n'
        '        "//conditions:default": [],\n    }),\n)\n'
    )
    fixed = _fixed(tmp_path, config + 'replacement = "fast"\n', before)
    assert fixed == before.replace('["slow"]', '["fast"]')


@pytest.mark.parametrize(
    ("demand", "value", "said"),
    [
        ('values = ["small"]', 'select({"x": "small", "y": "large"})', "size is large"),
        ('values = ["small"]', 'select({"large": "small"})', ""),
        ('values = ["a"]', '["a"] + select({"x": ["b"]})', "size is b"),
        ("maximum = 3", 'select({"x": 2, "y": 4})', "size is 4"),
        ("maximum = 1", '["a"] + X', ""),
        ("maximum = 1", '["a"] + ["b"]', "size is 2"),
        ("maximum = 1", 'select({"x": ["a", "b"], "y": X})', "size is 2"),
    ],
)
def test_a_policy_sees_through_selects_and_sums(tmp_path: Path, demand: str, value: str, said: str) -> None:
    text = f'load(":m.bzl", "X")\n\npy_test(\n    name = "a",\n    size = {value},\n)\n'
    ran = lint(lay_out(tmp_path, {"trekbok.toml": f"{POLICY}{demand}\n", "BUILD": text}), "--select", "policy")
    messages = [item["message"] for item in ran.json["findings"]]
    assert len(messages) == bool(said) and all(said in message for message in messages)


def test_a_kind_counts_under_another_name_and_from_every_file_of_rules_python(tmp_path: Path) -> None:
    call = 'load("{}", {})\n\n{}(\n    name = "a",\n    x = 1,\n)\n'
    files = {
        "a/BUILD": call.format("@rules_python//python:defs.bzl", 't = "py_test"', "t"),
        "b/BUILD": call.format("@rules_python//python:py_test.bzl", '"py_test"', "py_test"),
        "c/BUILD": call.format("//:m.bzl", 't = "py_test"', "t"),
    }
    for kind, found in (("py_test", "abc"), ("@rules_python//python:defs.bzl%py_test", "ab")):
        config = f'[[policy]]\nkind = "{kind}"\nattribute = "x"\nforbidden = true\n'
        ran = lint(lay_out(tmp_path, {"trekbok.toml": config, **files}), "--select", "policy")
        assert [item["path"] for item in ran.json["findings"]] == [f"{where}/BUILD" for where in found]
