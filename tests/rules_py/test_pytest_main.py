"""pytest as Bazel runs it."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.rules.bazel import Workspace, flag


def _log(workspace: Workspace, name: str, shard: str = "") -> Path:
    return workspace.bin().parent / "testlogs" / "pytests" / name / shard


def _cases(directory: Path) -> set[str]:
    """The tests that a JUnit report has as run."""
    report = ElementTree.parse(directory / "test.xml")
    return {str(case.get("name")) for case in report.iter("testcase")}


ALL = {"test_negative", "test_positive", "test_fails_if_asked", "test_shows_worker"}


def test_all_of_them_pass(workspace: Workspace) -> None:
    """A main of its own, workers, another directory, the flag of earlier releases."""
    workspace.bazel("test", "//pytests/...").check()
    for name in ("plain", "xdist", "all_there", "shared_plain", "shared_xdist"):
        assert _cases(_log(workspace, name)) == ALL
    assert _cases(_log(workspace, "shared_chdir")) == {"test_where"}
    assert _cases(_log(workspace, "chdir")) == _cases(_log(workspace, "flag")) == {"test_where"}
    suite = ElementTree.parse(_log(workspace, "plain") / "test.xml").getroot().find("testsuite")
    assert suite is not None and suite.get("name") == "//pytests:plain"


def test_without_the_sources_of_libraries(workspace: Workspace) -> None:
    """A flag that replaces sources by what is compiled leaves pytest those that it reads."""
    options = (flag("precompile", "enabled"), flag("precompile_source_retention", "omit_source"))
    workspace.bazel("test", *options, "//pytests:plain", "//pytests:xdist", "//forms:fixtures").check()
    assert _cases(_log(workspace, "plain")) == _cases(_log(workspace, "xdist")) == ALL
    directory = workspace.bin(*options) / "pytests" / "plain.runfiles" / "_main" / "pytests"
    assert (directory / "code.pyc").exists() and not (directory / "code.py").exists()
    assert (directory / "code_test.py").exists()


@pytest.mark.parametrize("name", ["plain", "xdist"])
def test_failures_fail(workspace: Workspace, name: str) -> None:
    """The exit code is pytest's, and the report has the failure."""
    result = workspace.bazel("test", f"//pytests:{name}", "--test_env=FAIL=1")
    assert result.code == 3
    report = ElementTree.parse(_log(workspace, name) / "test.xml")
    assert [case.get("name") for case in report.iter("testcase") if case.find("failure") is not None] == [
        "test_fails_if_asked"
    ]


def test_workers(workspace: Workspace) -> None:
    """The tests really run in other processes."""
    workspace.bazel("test", "//pytests:xdist", "--cache_test_results=no").check()
    report = (_log(workspace, "xdist") / "test.log").read_text()
    assert "[gw0]" in report or "gw0" in report
    assert "created: 2/2 workers" in report or "2 workers" in report


@pytest.mark.parametrize("name", ["plain", "xdist"])
def test_filter(workspace: Workspace, name: str) -> None:
    """`--test_filter` is pytest's `-k`."""
    workspace.bazel("test", f"//pytests:{name}", "--test_filter=negative or positive").check()
    assert _cases(_log(workspace, name)) == {"test_negative", "test_positive"}


@pytest.mark.parametrize("name", ["sharded", "sharded_xdist"])
def test_shards(workspace: Workspace, name: str) -> None:
    """Each test runs in one shard."""
    workspace.bazel("test", f"//pytests:{name}").check()
    shards = [_cases(_log(workspace, name, f"shard_{number}_of_3")) for number in (1, 2, 3)]
    assert sum(map(len, shards)) == len(ALL) and set.union(*shards) == ALL


_COVERAGE = (
    "--coverage_output_generator=//pytests:output_generator",
    "--coverage_report_generator=//pytests:output_generator",
    "--instrumentation_filter=^//pytests",
    "--combined_report=none",
    "--cache_test_results=no",
)


def test_coverage_of_nothing(workspace: Workspace) -> None:
    """A test without libraries to measure has an empty report, not one of all that it imports."""
    workspace.bazel("coverage", "//pytests:shared_chdir", *_COVERAGE).check()
    assert (_log(workspace, "shared_chdir") / "coverage.dat").read_text() == ""


@pytest.mark.parametrize("option", ["--legacy_external_runfiles", "--nolegacy_external_runfiles"])
def test_coverage_of_another_repository(workspace: Workspace, option: str) -> None:
    """Its sources have the names that Bazel gives them."""
    options = [each for each in _COVERAGE if "filter" not in each]
    workspace.bazel("coverage", "//pytests:foreign", option, *options, "--instrumentation_filter=//lib[:/]").check()
    report = (_log(workspace, "foreign") / "coverage.dat").read_text()
    sources = [line for line in report.splitlines() if line.startswith("SF:")]
    assert len(sources) == 1 and re.fullmatch(r"SF:external/other[~+]?/lib/theirs\.py", sources[0]), report


@pytest.mark.parametrize("name", ["plain", "xdist", "sharded", "shared_plain", "shared_xdist"])
def test_coverage(workspace: Workspace, name: str) -> None:
    """`bazel coverage` has the lines that ran, under the names that the sources have."""
    workspace.bazel("coverage", f"//pytests:{name}", *_COVERAGE).check()
    directories = [_log(workspace, name)]
    if name == "sharded":
        directories = [_log(workspace, name, f"shard_{number}_of_3") for number in (1, 2, 3)]
    lines: dict[str, set[int]] = {}
    for directory in directories:
        source = ""
        for line in (directory / "coverage.dat").read_text().splitlines():
            if line.startswith("SF:"):
                source = line[3:]
            elif line.startswith("DA:"):
                number, hits = line[3:].split(",")[:2]
                if int(hits):
                    lines.setdefault(source, set()).add(int(number))
    assert list(lines) == ["pytests/code.py"], lines
    assert {2, 3, 4, 5} <= lines["pytests/code.py"]
    assert 10 not in lines["pytests/code.py"]
