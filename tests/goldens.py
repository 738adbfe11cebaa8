"""Golden trees: a folder named as a sentence, with a repository in `in/` and one file for each run of the program.

A run file holds the command line, the exit code, what is printed, and the patch that the run makes:

    $ trekbok migrate --to v2-plan
    exit 1
    === stdout
    …
    === changes
    …

The real command line is run on a copy. Beside the comparison, each run that writes is held to the laws: `--check` and
`--diff` write nothing, the patch of `--diff` is what is written, a second run plans nothing and finds what needs a
person again, `undo` gives back every byte. `./dev accept` takes the present output.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from buildfile.plan import FileChange, diff

TESTDATA = Path(__file__).parent.parent / "testdata"


@dataclass(frozen=True, slots=True)
class Done:
    """What a run of the program gave."""

    exit: int
    stdout: str
    stderr: str


def trekbok(root: Path, *args: str, env: dict[str, str] | None = None) -> Done:
    """Runs the program in a directory as a person would, without colours and with a fixed width."""
    clean = {key: value for key, value in os.environ.items() if key not in ("BUILD_WORKSPACE_DIRECTORY", "FORCE_COLOR")}
    done = subprocess.run(
        [sys.executable, "-m", "trekbok", *args],
        cwd=root,
        env={**clean, "COLUMNS": "100", "NO_COLOR": "1", **(env or {})},
        capture_output=True,
        check=False,
    )
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


def tree(root: Path) -> dict[str, bytes]:
    """Every file below a directory but trekbok's own state and git's, by path; links as their target."""
    found = {}
    for path in sorted(root.rglob("*")):
        relative = path.relative_to(root).as_posix()
        if relative.split("/")[0] in (".trekbok", ".git"):
            continue
        if path.is_symlink():
            found[relative] = b"-> " + os.fsencode(os.readlink(path))
        elif path.is_file():
            found[relative] = path.read_bytes()
    return found


def changes(before: dict[str, bytes], after: dict[str, bytes]) -> list[FileChange]:
    """How two trees differ."""
    return [
        FileChange(path, before.get(path), after.get(path))
        for path in sorted(before.keys() | after.keys())
        if before.get(path) != after.get(path)
    ]


def cases(area: str) -> list[tuple[str, Path]]:
    """The runs of an area of the test data: a name for people, and the run file."""
    return [(f"{run.parent.name}: {run.stem}", run) for run in sorted((TESTDATA / area).glob("*/*.run"))]


def check(run: Path, tmp_path: Path) -> None:
    """Runs a golden case and compares."""
    recorded = run.read_text()
    command = recorded.splitlines()[0].removeprefix("$ trekbok ")
    args = shlex.split(command)
    copy = tmp_path / "repository"
    shutil.copytree(run.parent / "in", copy, symlinks=True)
    before = tree(copy)
    report = tmp_path / "report.json"
    done = trekbok(copy, *args, *(("--report", str(report)) if args[0] == "migrate" else ()))
    assert "Traceback" not in done.stderr, done.stderr
    after = tree(copy)
    patch = diff(changes(before, after)).decode("utf-8", "backslashreplace")
    stdout = done.stdout.replace(str(copy), "ROOT")
    parts = [f"$ trekbok {command}\nexit {done.exit}\n", f"=== stdout\n{stdout}"]
    if done.stderr:
        parts.append(f"=== stderr\n{done.stderr.replace(str(copy), 'ROOT')}")
    parts.append(f"=== changes\n{patch}")
    actual = "".join(part if part.endswith("\n") else part + "\n" for part in parts)
    if actual != recorded and "TREKBOK_ACCEPT" in os.environ:
        run.write_text(actual)
        recorded = actual
    assert actual == recorded, f"{run}: differs; `./dev accept` takes the present output"
    if args[0] == "migrate":
        _laws(args, before, after, report, copy)


def _needing_a_person(report: Path) -> set[tuple[str, str, str]]:
    findings = json.loads(report.read_text())["findings"]
    return {(item["id"], item["path"], item["message"]) for item in findings if item["status"] == "person"}


def _laws(args: list[str], before: dict[str, bytes], after: dict[str, bytes], report: Path, copy: Path) -> None:
    if "--check" in args or "--diff" in args:
        assert before == after, "a run that writes nothing wrote something"
        return
    left = _needing_a_person(report)
    again = trekbok(copy, *args, "--report", str(report))
    assert tree(copy) == after, f"a second run changed something:\n{again.stdout}"
    if "--only" not in args:
        assert _needing_a_person(report) == left, "a second run does not find what the first one left to a person"
    if before != after:
        fresh = copy.parent / "fresh"
        shutil.copytree(copy, fresh, symlinks=True)
        _restore(fresh, before)
        patch = trekbok(fresh, *args, "--diff").stdout.encode("utf-8", "surrogateescape")
        assert tree(fresh) == before
        if all(_is_text(data) for data in before.values()):
            subprocess.run(["git", "apply", "--unsafe-paths", "-"], input=patch, cwd=fresh, check=True)
            assert tree(fresh) == after, "the patch of --diff is not what is written"
        assert trekbok(copy, "undo").exit == 0
        assert tree(copy) == before, "undo did not give back every byte"


def _is_text(data: bytes) -> bool:
    try:
        return b"\r" not in data and data.decode("utf-8") is not None
    except UnicodeDecodeError:
        return False


def _restore(root: Path, files: dict[str, bytes]) -> None:
    for path in tree(root).keys() - files.keys():
        (root / path).unlink()
    for path, data in files.items():
        if not (root / path).is_symlink():
            (root / path).write_bytes(data)
    shutil.rmtree(root / ".trekbok", ignore_errors=True)
