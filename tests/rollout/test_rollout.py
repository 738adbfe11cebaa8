"""The command line of the rollout on a repository with every hazard planted."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
import tomli

from migrations.rollout.manifest import NAME, Manifest, read, text_of
from migrations.rollout.pages import HAZARDS
from tests.lint.repository import lay_out, lint
from tests.rollout.conftest import contents, trekbok
from tests.rollout.repository import LIMITS, Planted

Repository = tuple[Path, Planted]


def _plan(root: Path, *arguments: str) -> Manifest:
    done = trekbok(root, "plan", *LIMITS, *arguments)
    assert done.returncode in (0, 1), done.stderr
    manifest = read(root / NAME)
    assert manifest is not None
    return manifest


def _commit(root: Path) -> None:
    for command in (["init", "-q"], ["add", "-A"], ["-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qm", "x"]):
        subprocess.run(["git", *command], cwd=root, check=True)


def test_plan_finds_every_hazard_and_nothing_else(planted: Repository) -> None:
    root, expected = planted
    manifest = _plan(root)
    assert {(label, id) for label, ids in manifest.held.items() for id in ids} == expected.hazards
    assert set(manifest.wave_of()) == expected.plain


def test_a_decision_is_kept_and_a_target_that_is_in_stays_in(planted: Repository) -> None:
    root, expected = planted
    _plan(root)
    assert trekbok(root, "apply", "--all").returncode == 0
    text = (root / "decided/BUILD.bazel").read_text()
    assert text.count('pyc_collection = "disabled"') == 1 and text.count('pyc_collection = "include_pyc"') == 1
    manifest = read(root / NAME)
    assert manifest is not None and manifest.already == {"//decided:yes": ("pyc_collection",)}
    assert expected.kept.isdisjoint(manifest.wave_of())


def test_revert_gives_the_bytes_back(planted: Repository) -> None:
    root, _ = planted
    before = contents(root)
    _plan(root)
    trekbok(root, "apply", "--all")
    assert contents(root) != before
    done = trekbok(root, "revert", "--all")
    assert done.returncode == 0, done.stdout
    assert contents(root) == before
    manifest = read(root / NAME)
    assert manifest is not None and not manifest.before


def test_revert_of_a_call_that_was_changed_takes_the_attribute_alone(planted: Repository) -> None:
    root, _ = planted
    _plan(root)
    trekbok(root, "apply", "--all")
    path = root / "p01/BUILD.bazel"  # a call on one line, which apply opens
    path.write_text(path.read_text().replace('srcs = ["tool.py"]', 'srcs = ["tool.py"], tags = ["mine"]'))
    assert trekbok(root, "revert", "--all", "--allow-dirty").returncode == 0
    text = path.read_text()
    assert "pyc_collection" not in text and 'tags = ["mine"]' in text


def test_revert_of_one_label_keeps_it_out(planted: Repository) -> None:
    root, _ = planted
    manifest = _plan(root)
    trekbok(root, "apply", "--all")
    label = next(iter(manifest.wave_of()))
    assert trekbok(root, "revert", label).returncode == 0
    after = read(root / NAME)
    assert after is not None and after.reverted == (label,)
    assert trekbok(root, "apply", "--all", "--check").returncode == 0


def test_apply_of_every_prefix_ends_as_apply_of_all(planted: Repository, tmp_path: Path) -> None:
    root, _ = planted
    manifest = _plan(root)
    other = tmp_path / "other"
    shutil.copytree(root, other)
    for _ in manifest.waves:
        assert trekbok(root, "apply", "--next").returncode == 0
        assert trekbok(root, "apply", "--check", *_applied(root)).returncode == 0, "apply again would change something"
    assert trekbok(other, "apply", "--all").returncode == 0
    assert contents(root) == contents(other)
    assert (root / NAME).read_text() == (other / NAME).read_text()


def _applied(root: Path) -> list[str]:
    manifest = read(root / NAME)
    assert manifest is not None
    return [name for name, wave in manifest.waves.items() if wave.applied]


def test_until_takes_the_waves_up_to_a_share(planted: Repository) -> None:
    root, _ = planted
    _plan(root)
    assert trekbok(root, "apply", "--until", "25%").returncode == 0
    assert _applied(root) == ["share-005", "share-025"]


def test_waves_are_stable_whatever_comes_and_goes(planted: Repository) -> None:
    root, _ = planted
    first = _plan(root).wave_of()
    (root / NAME).unlink()
    for number in random.Random(1).sample(range(60), 20):
        if number % 5 == 4:  # nothing depends on the last of a chain
            shutil.rmtree(root / f"p{number:02d}")
    (root / "new").mkdir()
    (root / "new/BUILD.bazel").write_text(
        'load("@rules_python//python:py_test.bzl", "py_test")\n\n'
        + "\n".join(f'py_test(\n    name = "t{number}",\n    srcs = ["t.py"],\n)\n' for number in range(50))
    )
    second = _plan(root).wave_of()
    assert {label: wave for label, wave in second.items() if label in first} == {
        label: wave for label, wave in first.items() if label in second
    }
    assert len(second.keys() - first.keys()) == 50


def test_a_target_moved_by_hand_stays_where_it_was_put(planted: Repository) -> None:
    root, _ = planted
    manifest = _plan(root)
    label = manifest.waves["share-100"].targets[0]
    text = (root / NAME).read_text().replace(f'    "{label}",\n', "")
    (root / NAME).write_text(text.replace("targets = [\n", f'targets = [\n    "{label}",\n', 1))
    assert _plan(root).wave_of()[label] == next(iter(manifest.waves))


def test_groups_come_first_and_owners_make_waves(planted: Repository) -> None:
    root, _ = planted
    manifest = _plan(root, "--wave", "canary=//p03/...,//p04:tool", "--by", "owner")
    assert list(manifest.waves) == ["canary", "@everyone", "@one", "@two", "@zero"]
    assert manifest.waves["canary"].targets == ("//p03:lib_test", "//p03:tool", "//p04:tool")
    assert "//p10:tool" in manifest.waves["@one"].targets


@pytest.mark.parametrize(
    ("arguments", "labels"),
    [
        (("--", "//p03/...", "-//p03:tool"), {"//p03:lib_test"}),
        (("--kind", "open_test"), {"//macros:open_test"}),
        (("--kind", "py_binary", "--path", "p03"), {"//p03:tool"}),
        (("--owner", "@two", "--attr", "size=small", "--path", "p21"), {"//p21:lib_test"}),
        (("--tag", "none"), set()),
    ],
)
def test_selection(planted: Repository, arguments: tuple[str, ...], labels: set[str]) -> None:
    root, _ = planted
    done = trekbok(root, "plan", *LIMITS, *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    manifest = read(root / NAME)
    assert manifest is not None and set(manifest.wave_of()) == labels


def test_a_hazard_that_is_accepted_does_not_hold(planted: Repository) -> None:
    root, _ = planted
    _plan(root)
    path = root / NAME
    path.write_text(path.read_text() + '\n[accepted]\n"//large:tool" = ["large-target"]\n')
    manifest = _plan(root)
    assert "//large:tool" not in manifest.held and "//large:tool" in manifest.wave_of()


def test_opt_out_says_no_for_what_is_not_in(planted: Repository) -> None:
    root, _ = planted
    for name in ("covered", "macros", "many"):  # what the flag would break, and calls that cannot say no themselves
        shutil.rmtree(root / name)
    before = contents(root)
    _plan(root, "--mode", "opt-out")
    assert trekbok(root, "apply", "--next").returncode == 0
    assert "precompile=enabled" in (root / ".bazelrc").read_text()
    assert 'pyc_collection = "disabled"' in (root / "large/BUILD.bazel").read_text()
    manifest = read(root / NAME)
    assert manifest is not None
    inside = next(iter(manifest.waves.values())).targets
    status = json.loads(trekbok(root, "status", "--format", "json").stdout)
    assert status["total"]["inside"] == len(inside) and not status["drift"]
    trekbok(root, "apply", "--all")
    assert json.loads(trekbok(root, "status", "--format", "json").stdout)["total"]["percent"] == 100
    assert trekbok(root, "revert", "--all").returncode == 0
    assert contents(root) == before


def test_opt_out_is_refused_where_a_call_cannot_say_no(planted: Repository) -> None:
    root, _ = planted
    shutil.rmtree(root / "covered")
    before = contents(root)
    _plan(root, "--mode", "opt-out")
    done = trekbok(root, "apply", "--next")
    assert done.returncode == 2 and "//macros:sealed" in done.stderr
    assert contents(root) == before


def test_finish_flips_the_flag_and_ships_the_same(planted: Repository) -> None:
    root, _ = planted
    for name in ("macros", "many"):
        shutil.rmtree(root / name)
    _plan(root)
    trekbok(root, "apply", "--all")
    refused = trekbok(root, "finish")
    assert refused.returncode == 2 and "output-conflict" in refused.stderr and "//covered:user" in refused.stderr
    library = 'srcs = ["tool/part.py"],\n'
    text = (root / "covered/BUILD.bazel").read_text()
    (root / "covered/BUILD.bazel").write_text(text.replace(library, library + '    precompile = "disabled",\n'))
    _plan(root)
    trekbok(root, "apply", "--all")
    assert trekbok(root, "finish").returncode == 0
    texts = b"".join(data for path, data in contents(root).items() if path.endswith("BUILD.bazel"))
    assert b"include_pyc" not in texts
    assert "precompile=enabled" in (root / ".bazelrc").read_text()
    for package in ("shared", "old", "optimised", "wrap", "large", "foreign", "closed", "entry"):
        assert 'pyc_collection = "disabled"' in (root / package / "BUILD.bazel").read_text()
    status = json.loads(trekbok(root, "status", "--format", "json").stdout)
    assert status["finished"] and status["total"]["percent"] == 100 and not status["drift"]
    assert trekbok(root, "finish", "--check").returncode == 0
    (root / "p00/BUILD.bazel").write_text(
        (root / "p00/BUILD.bazel")
        .read_text()
        .replace('srcs = ["tool.py"],', 'srcs = ["tool.py"],\n    pyc_collection = "include_pyc",')
    )
    lint = subprocess.run(
        [sys.executable, "-m", "trekbok", "lint", "--root", root, "--select", "precompile-redundant", "--no-cache"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert lint.returncode == 1 and "p00/BUILD.bazel" in lint.stdout


def test_status_says_what_drifted(planted: Repository) -> None:
    root, _ = planted
    _plan(root)
    trekbok(root, "apply", "--all")
    path = root / "p02/BUILD.bazel"
    path.write_text(path.read_text().replace('"include_pyc"', '"disabled"'))
    path = root / "p03/BUILD.bazel"
    path.write_text(path.read_text().replace('"lib_test"', '"renamed_test"'))
    done = trekbok(root, "status", "--format", "json")
    assert done.returncode == 1
    status = json.loads(done.stdout)
    assert [(item["label"], item["what"]) for item in status["drift"]] == [
        ("//p03:renamed_test", "appeared"),
        ("//p03:lib_test", "gone"),
        ("//p02:lib_test", "out"),
        ("//p02:tool", "out"),
    ]
    text = trekbok(root, "status")
    assert text.returncode == 1 and "Drifted: 4" in text.stdout
    page = trekbok(root, "status", "--format", "html").stdout
    assert page.startswith("<!doctype html>") and "//p03:renamed_test" in page


def test_patches_are_small_by_owner_and_apply_one_by_one(planted: Repository, tmp_path: Path) -> None:
    root, _ = planted
    _plan(root)
    _commit(root)
    other = tmp_path / "other"
    shutil.copytree(root, other)
    trekbok(other, "apply", "--all")
    where = tmp_path / "patches"
    done = trekbok(root, "apply", "--all", "--patches", str(where), "--patch-size", "4")
    assert done.returncode == 0, done.stderr
    patches = sorted(where.iterdir())
    assert len(patches) > 5
    assert all(patch.stat().st_size <= 4000 for patch in patches if "manifest" not in patch.name)
    random.Random(1).shuffle(patches)
    for patch in patches:
        subprocess.run(["git", "apply", str(patch)], cwd=root, check=True)
    assert contents(root) == contents(other)


def test_the_manifest_reads_as_it_is_written(planted: Repository) -> None:
    root, _ = planted
    _plan(root, "--wave", "canary=//p03/...", "--map-kind", "my_test=py_test", "--attr", "size=small")
    trekbok(root, "apply", "--all")
    manifest = read(root / NAME)
    assert manifest is not None
    (root / "again.toml").write_text(text_of(manifest))
    assert read(root / "again.toml") == manifest
    tomli.loads((root / NAME).read_text())


def test_two_branches_merge_by_their_lines(planted: Repository) -> None:
    root, _ = planted
    _plan(root)
    _commit(root)

    def git(*command: str) -> None:
        subprocess.run(["git", "-c", "user.name=t", "-c", "user.email=t@t", *command], cwd=root, check=True)

    def add(name: str) -> None:
        (root / name).mkdir()
        (root / name / "BUILD.bazel").write_text(
            'load("@rules_python//python:py_test.bzl", "py_test")\n\n'
            'py_test(\n    name = "t",\n    srcs = ["t.py"],\n)\n'
        )
        _plan(root)
        git("add", "-A")
        git("commit", "-qm", name)

    git("checkout", "-qb", "one")
    add("aaa")
    git("checkout", "-q", "-")
    git("checkout", "-qb", "two")
    add("zzz")
    git("merge", "-q", "-m", "merge", "one")
    before = (root / NAME).read_text()
    manifest = _plan(root)
    assert {"//aaa:t", "//zzz:t"} <= set(manifest.wave_of())
    assert set(tomli.loads(before)["waves"]) == set(manifest.waves)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\n<<<<<<< ours\n", ":2:1: has conflict markers"),
        ("# x\nformat = 2\n", ":2:1: is of format 2"),
        ("nonsense = 1\n", ":1:1: unknown key 'nonsense'"),
        ('[waves.a]\ntargets = ["//a:b"]\n\n[waves.b]\ntargets = ["//a:b"]\n', "in two waves"),
        (
            '[waves.a]\ntargets = [\n  "//a:b",\n]\n[waves.b]\ntargets = [\n  "//a:b",\n]\n[held]\n"//a:b" = []\n',
            ":7:3: //a:b is in two waves",
        ),
        ('[waves.a]\ntargets = []\n[waves.b]\napplied = "yes"\n', ":4:1: waves.b.applied: expected `bool`"),
        ("[waves.a]\napplid = true\n", ":2:1: unknown key 'applid' in waves.a; did you mean 'applied'?"),
        ('[goal]\nmode = "opt-inn"\n', ":2:1: goal.mode: invalid enum value 'opt-inn'"),
        ("[goal]\noptimize = 3\n", ":2:1: goal.optimize: expected `int` <= 2"),
        ("[split]\nshares = [5, 1, 100]\n", ":2:1: the shares rise"),
        ("[waves.a]\ntargets = [\n", "is not TOML"),
    ],
)
def test_a_manifest_that_cannot_be_used_is_named(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "MODULE.bazel").write_text("")
    (tmp_path / NAME).write_text(text)
    done = trekbok(tmp_path, "status")
    assert done.returncode == 2 and message in done.stderr and NAME in done.stderr


def test_an_old_bazel_holds_everything(planted: Repository) -> None:
    root, expected = planted
    (root / ".bazelversion").write_text("6.5.0\n")
    manifest = _plan(root)
    assert not manifest.wave_of()
    assert all("old-bazel" in ids for ids in manifest.held.values())
    assert expected.plain <= set(manifest.held)


def test_removed_values_hold_what_depends_on_them(planted: Repository) -> None:
    root, _ = planted
    path = root / "p05/BUILD.bazel"
    path.write_text(
        path.read_text().replace('srcs = ["lib.py"],', 'srcs = ["lib.py"],\n    precompile = "if_generated_source",')
    )
    manifest = _plan(root)
    found = {label for label, ids in manifest.held.items() if "removed-value" in ids}
    assert found == {f"//p{number:02d}:{name}" for number in range(5, 10) for name in ("tool", "lib_test")}


def test_libraries_too(planted: Repository) -> None:
    root, _ = planted
    before = contents(root)
    manifest = _plan(root, "--libraries", "--invalidation", "unchecked_hash")
    assert "//p00:lib" in manifest.wave_of() and "//closed:open" not in manifest.wave_of()
    trekbok(root, "apply", "--all")
    text = (root / "p00/BUILD.bazel").read_text()
    assert '    precompile = "enabled",\n    precompile_invalidation_mode = "unchecked_hash",\n' in text
    assert trekbok(root, "revert", "--all").returncode == 0
    assert contents(root) == before


def test_lint_reports_the_hazards_where_they_are_named_and_only_there(planted: Repository) -> None:
    root, expected = planted
    _plan(root)
    ids = {id for _, id in expected.hazards}
    assert ids < {item.id for item in HAZARDS}

    def found(*arguments: str) -> set[tuple[str, str]]:
        done = lint(root, *arguments)
        return {(f"//{Path(item['path']).parent.as_posix()}:{item['target']}", item["id"])
                for item in done.json["findings"] if item["id"] in ids}  # fmt: skip

    assert not found() and not found("--select", "ALL")
    said = found("--select", "rollout", "--no-cache")
    plain = {(label, id) for label, id in expected.hazards if label.partition(":")[2].isidentifier()}
    assert plain and plain <= said and {id for _, id in said} == ids
    assert len(said) == len(expected.hazards)
    assert found("--select", "ALL", "--select", "old-python") == {pair for pair in said if pair[1] == "old-python"}


def test_a_hazard_is_suppressed_where_its_target_stands(tmp_path: Path) -> None:
    load = 'load("@rules_python//python:py_test.bzl", "py_test")\n\n'
    text = load + '{}py_test(\n    name = "t",\n    main_module = "m",\n)\n'
    lay_out(tmp_path, {"BUILD": text.format("")})
    assert [item["line"] for item in lint(tmp_path, "--select", "rollout").json["findings"]] == [3]
    lay_out(tmp_path, {"BUILD": text.format("# trekbok: disable=main-module (patched)\n")})
    ran = lint(tmp_path, "--select", "rollout,lint")
    assert (ran.code, ran.json["suppressed"]) == (0, {"main-module": 1})
    assert lint(tmp_path).code == 0


def test_a_target_that_does_not_collect_above_a_library_without_sources(tmp_path: Path) -> None:
    load = 'load("@rules_python//python:defs.bzl", "py_library", "py_test")\n\n'
    library = 'py_library(\n    name = "l",\n    precompile = "enabled",\n    {}srcs = ["l.py"],\n)\n\n'
    test = 'py_test(\n    name = "{}",\n    pyc_collection = "{}",\n    deps = [":l"],\n)\n'
    text = load + library + test.format("t", "disabled") + test.format("u", "include_pyc")
    omit = 'precompile_source_retention = "omit_source",\n    '
    lay_out(tmp_path, {"BUILD": text.format(omit)})
    (found,) = lint(tmp_path, "--select", "sourceless-uncollected").json["findings"]
    assert found["target"] == "t" and "//:l below it" in found["message"]
    lay_out(tmp_path, {"BUILD": text.format("")})
    assert lint(tmp_path, "--select", "sourceless-uncollected").ids == []
    flag = "@rules_python//python/config_settings:precompile_source_retention"
    lay_out(tmp_path, {".bazelrc": f"common --{flag}=omit_source\n"})
    assert lint(tmp_path, "--select", "sourceless-uncollected").ids == ["sourceless-uncollected"]


def test_a_hazard_and_the_migration_that_says_as_much_of_the_same_call_are_one_finding(tmp_path: Path) -> None:
    load = 'load("@rules_python//python:py_test.bzl", "py_test")\n\n'
    test = 'py_test(\n    name = "{}",\n    main_module = "m",\n{})\n\n'
    lay_out(
        tmp_path, {"BUILD": load + test.format("t", '    pyc_collection = "include_pyc",\n') + test.format("u", "")}
    )

    def found(select: str) -> list[tuple[str, str]]:
        return [(item["target"], item["id"]) for item in lint(tmp_path, "--select", select).json["findings"]]

    assert found("ALL,rollout") == [("t", "precompile-main-module"), ("u", "main-module")]
    assert found("rollout") == [("t", "main-module"), ("u", "main-module")]


def test_what_cannot_be_edited_where_it_is_called_is_in_no_wave_and_follows_the_flag_if_accepted(
    planted: Repository,
) -> None:
    root, _ = planted
    shutil.rmtree(root / "covered")
    _plan(root)
    macros = (root / "macros/BUILD.bazel").read_text()
    trekbok(root, "apply", "--all")
    refused = trekbok(root, "finish")
    assert refused.returncode == 2 and "//macros:sealed" in refused.stderr and "[accepted]" in refused.stderr
    assert "//macros:decided" not in refused.stderr, "its macro has decided"
    trekbok(root, "revert", "--all")
    path = root / NAME
    accepted = {"//macros:sealed": "closed-macro", "//many:name.replace('.py', '')": "computed-target"}
    lines = "".join(f'"{label}" = ["{id}"]\n' for label, id in accepted.items())
    path.write_text(path.read_text() + "\n[accepted]\n" + lines)
    manifest = _plan(root)
    assert accepted.keys().isdisjoint({*manifest.wave_of(), *manifest.held})
    trekbok(root, "apply", "--all")
    trekbok(root, "finish")
    manifest = read(root / NAME)
    assert manifest is not None and manifest.finished
    assert (root / "macros/BUILD.bazel").read_text() == macros


def test_a_select_counts_as_the_value_that_all_its_branches_have(tmp_path: Path) -> None:
    load = 'load("@rules_python//python:py_test.bzl", "py_test")\n\n'
    value = 'select({\n        "//:x": "include_pyc",\n        "//conditions:default": "include_pyc",\n    })'
    text = load + f'py_test(\n    name = "t",\n    srcs = ["t.py"],\n    pyc_collection = {value},\n)\n'
    lay_out(tmp_path, {"BUILD": text, "t.py": ""})
    _plan(tmp_path)
    applied = trekbok(tmp_path, "apply", "--all")
    assert (applied.returncode, applied.stdout) == (0, "share-050: 0 calls in 0 files\n"), applied
    assert (tmp_path / "BUILD").read_text() == text
    assert trekbok(tmp_path, "finish").returncode == 0
    assert "pyc_collection" not in (tmp_path / "BUILD").read_text()


def test_a_line_moved_by_hand_breaks_nothing(planted: Repository) -> None:
    """Somebody moves targets from [held] into a wave, and applies it without a plan."""
    root, _ = planted
    _plan(root)
    path = root / NAME
    before = contents(root)
    manifest = read(path)
    assert manifest is not None
    name, wave = next(iter(manifest.waves.items()))
    moved = ("//macros:sealed", "//macros:decided", "//many:name.replace('.py', '')")
    waves = {
        **manifest.waves,
        name: msgspec.structs.replace(wave, targets=(*wave.targets, "//macros:open_test", *moved)),
    }
    for other in manifest.waves:
        if other != name:
            kept = tuple(label for label in waves[other].targets if label not in waves[name].targets)
            waves[other] = msgspec.structs.replace(waves[other], targets=kept)
    path.write_text(text_of(msgspec.structs.replace(manifest, waves=waves)))
    done = trekbok(root, "apply", name)
    assert done.returncode == 1 and all(f"{label} cannot be edited" in done.stdout for label in moved), done
    after = contents(root)
    assert after["many/BUILD.bazel"] == before["many/BUILD.bazel"]
    assert after["macros/BUILD.bazel"].count(b"include_pyc") == 1
