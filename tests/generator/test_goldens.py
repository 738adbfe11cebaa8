"""Golden trees: `BUILD.in` before and `BUILD.out` after, as Gazelle's own test data has them.

A folder may also hold `expected`, the exit code and what goes to standard error, and `arguments`, more arguments of
the command line. Every tree is run through the real command line; a second run has to plan nothing, and what was
written has to be what Buildifier would write. `./dev accept` takes the present output.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from buildfile.plan import diff
from buildfile.writer import write
from generator.run import GenerateOptions, generate_plan
from trekbok.cli import main

TREES = Path(__file__).parent.parent.parent / "testdata" / "generator"
ACCEPT = bool(os.environ.get("TREKBOK_ACCEPT"))
NAMES = sorted(path.name for path in TREES.iterdir())


def generate(root: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["generate", "--root", str(root), *arguments], catch_exceptions=False)


def laid_out(name: str, where: Path) -> Path:
    """A copy of a tree with each `BUILD.in` as `BUILD`; the directory has the tree's name in snake case."""
    root = where / name.replace(" ", "_")
    shutil.copytree(
        TREES / name, root, symlinks=True, ignore=shutil.ignore_patterns("BUILD.out", "expected", "arguments")
    )
    for path in sorted(root.rglob("BUILD.in")):
        path.rename(path.with_name("BUILD"))
    return root


def build_files(root: Path) -> dict[str, str]:
    """The content of every BUILD file by its directory."""
    found = {}
    for path in sorted(root.rglob("BUILD*")):
        if path.name in ("BUILD", "BUILD.bazel", "BUILD.out"):
            found[path.parent.relative_to(root).as_posix()] = path.read_text()
    return found


@pytest.mark.parametrize("name", NAMES)
def test_tree(name: str, tmp_path: Path) -> None:
    source = TREES / name
    root = laid_out(name, tmp_path)
    extra = shlex.split((source / "arguments").read_text()) if (source / "arguments").exists() else []
    arguments = ["--build-file-name", "BUILD,BUILD.bazel", *extra]
    done = generate(root, *arguments)
    told = f"exit {done.exit_code}\n{done.stderr}"
    quiet = "exit 0\n"
    if ACCEPT:
        _accept(source, root, told)
    expected = (source / "expected").read_text() if (source / "expected").exists() else quiet
    assert told == expected
    assert build_files(root) == build_files(source)
    if done.exit_code == 0:
        again = generate(root, *arguments, "--diff")
        assert (again.exit_code, again.stdout) == (0, "")


def _accept(source: Path, root: Path, told: str) -> None:
    for path in source.rglob("BUILD.out"):
        path.unlink()
    for where, text in build_files(root).items():
        (source / where / "BUILD.out").write_text(text)
    (source / "expected").unlink(missing_ok=True)
    if told != "exit 0\n":
        (source / "expected").write_text(told)


def _changed(path: Path) -> bool:
    before = path.with_name("BUILD.in")
    return not before.exists() or before.read_text() != path.read_text()


def test_what_is_written_is_in_buildifiers_form() -> None:
    paths = [str(path) for path in sorted(TREES.rglob("BUILD.out")) if _changed(path)]
    command = ["buildifier", "-type=build", "-mode=check", "-lint=off", *paths]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("mode", ["package", "file", "project"])
@pytest.mark.parametrize("name", NAMES)
def test_a_second_run_plans_nothing_in_any_mode(name: str, mode: str, tmp_path: Path) -> None:
    root = laid_out(name, tmp_path)
    directives = (("build_file_name", "BUILD,BUILD.bazel"), ("python_generation_mode", mode))
    options = GenerateOptions(root, directives=directives, keep_going=True, use_cache=False)
    first = generate_plan(options)
    assert not [
        failure for failure in first.plan.failures if "second run" in failure.reason or "result" in failure.reason
    ]
    write(root, first.plan.changes)
    assert [diff([change]) for change in generate_plan(options).plan.changes] == []
