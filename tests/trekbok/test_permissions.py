"""As a user who may not do everything: what cannot be read, listed or written is said, and nothing is half done.

Root may read and write anything. Where the tests run as root, the program runs without that privilege.
"""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from buildfile.repository import walk
from tests.goldens import Done
from tests.trekbok.test_safety import CALL, LOAD, NEW_CALL, NEW_LOAD, git, put

KILLER = """
import os

from migrations.migration import Migration, Page
from migrations.profiles import Gate


def find(view):
    if b"b4000" in view.file.data:
        os.kill(os.getpid(), 9)
    return ()


MIGRATION = Migration(
    id="killer", summary="A fault.", page=Page("w.", "y.", "s."), find=find, needles=(b"py_venv",),
    gate=Gate("2.0.0-alpha.0"),
)
"""

UNPRIVILEGED = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []


def trekbok(root: Path, *args: str) -> Done:
    """Runs the program as a user who is subject to the permissions of files."""
    done = subprocess.run(
        [*UNPRIVILEGED, sys.executable, "-m", "trekbok", *args], cwd=root, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr + done.stdout, done.stderr
    return Done(done.returncode, done.stdout, done.stderr)


def migrate(root: Path, *args: str) -> Done:
    """Runs two migrations."""
    return trekbok(root, "migrate", "--only", "venv-rules", "--only", "unstable-load", *args)


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    """A repository with three packages to migrate; whatever may have become of its permissions, it can be removed."""
    put(tmp_path, 'bazel_dep(name = "aspect_rules_py", version = "1.11.7")\n', "MODULE.bazel")
    for package in ("a", "b", "c"):
        put(tmp_path, LOAD + CALL, f"{package}/BUILD.bazel")
    yield tmp_path
    for directory, _, _ in os.walk(tmp_path, onerror=lambda error: os.chmod(error.filename, 0o755)):
        os.chmod(directory, 0o755)


def changed(root: Path) -> list[str]:
    """The packages that were migrated; every other one is as it was."""
    found = []
    for package in ("a", "b", "c"):
        text = (root / package / "BUILD.bazel").read_text()
        assert text in (LOAD + CALL, NEW_LOAD + NEW_CALL)
        found += [package] if text == NEW_LOAD + NEW_CALL else []
    assert not list(root.rglob("*tmp"))
    return found


def test_a_directory_that_cannot_be_listed(root: Path) -> None:
    (root / "b").chmod(0)
    put(root, "", "d/x.py")
    done = migrate(root)
    lint = trekbok(root, "lint", "a", "--output", f"json={root}/lint.json")
    generate = trekbok(root, "generate")
    assert not (root / "d/BUILD.bazel").exists()
    others = trekbok(root, "generate", "--keep-going")
    (root / "b").chmod(0o755)
    assert done.exit == 3 and "  b: cannot be listed: Permission denied" in done.stdout, done.stdout
    assert changed(root) == ["a", "c"]
    assert lint.exit == 3 and "b" in (root / "lint.json").read_text(), lint
    assert generate.exit == 3 and "b: not written: cannot be listed: Permission denied; " in generate.stderr
    assert others.exit == 3 and (root / "d/BUILD.bazel").exists()


def test_a_directory_whose_files_cannot_be_looked_at(root: Path) -> None:
    put(root, "", "b/x.py")
    (root / "b").chmod(0o444)
    done, generate = migrate(root), trekbok(root, "generate", "--keep-going")
    (root / "b").chmod(0o755)
    assert done.exit == 3 and "b/BUILD.bazel: cannot be read: Permission denied" in done.stdout
    assert changed(root) == ["a", "c"]
    assert generate.exit == 3 and "b/x.py: not written: cannot be looked at" in generate.stderr


def test_a_root_that_cannot_be_listed(root: Path) -> None:
    root.chmod(0o311)
    for command in ("migrate", "lint", "generate"):
        done = trekbok(root, command, "--root", str(root))
        assert done.exit in (2, 3) and "readable" in done.stderr
    root.chmod(0o755)


def test_a_walk_goes_on_where_a_directory_vanishes(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = os.scandir

    def scandir(path: str) -> object:
        if path == f"{root}/b":
            raise OSError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        return listed(path)

    monkeypatch.setattr(os, "scandir", scandir)
    walked = walk(root)
    assert walked.unlisted == (("b", "cannot be listed: No such file or directory"),)
    assert [entry.path for entry in walked.entries] == ["MODULE.bazel", "a/BUILD.bazel", "c/BUILD.bazel"]


def test_a_link_into_a_closed_directory_is_not_passed_over(root: Path) -> None:
    put(root, LOAD + CALL, "closed/BUILD.in")
    (root / "b/BUILD.bazel").unlink()
    (root / "b/BUILD.bazel").symlink_to("../closed/BUILD.in")
    (root / "closed").chmod(0)
    done = migrate(root, "--check")
    (root / "closed").chmod(0o755)
    assert done.exit == 3 and "b/BUILD.bazel: cannot be read: Permission denied" in done.stdout


def test_rules_of_git_that_cannot_be_read(root: Path) -> None:
    put(root, "c\n", ".gitignore").chmod(0)
    done = migrate(root, "--check")
    assert done.exit == 3 and ".gitignore: cannot be read: Permission denied" in done.stdout


def test_a_file_that_cannot_be_read(root: Path) -> None:
    (root / "b/BUILD.bazel").chmod(0)
    done = migrate(root)
    (root / "b/BUILD.bazel").chmod(0o644)
    assert done.exit == 3 and "b/BUILD.bazel: cannot be read: Permission denied" in done.stdout
    assert changed(root) == ["a", "c"]


def test_a_read_only_directory(root: Path) -> None:
    (root / "b").chmod(0o555)
    done = migrate(root)
    assert done.exit == 3 and "b/BUILD.bazel: cannot be written: Permission denied" in done.stdout
    assert changed(root) == ["a", "c"]
    (root / "c").chmod(0o555)
    undone = trekbok(root, "undo")
    assert undone.exit == 3 and "c/BUILD.bazel: cannot be written: Permission denied" in undone.stdout
    (root / "c").chmod(0o755)
    assert trekbok(root, "undo").exit == 0 and changed(root) == []


def test_a_file_that_only_others_may_write(root: Path) -> None:
    (root / "b/BUILD.bazel").chmod(0o464)
    done = migrate(root)
    assert done.exit == 3 and "b/BUILD.bazel: is read-only" in done.stdout
    assert changed(root) == ["a", "c"]


def test_a_read_only_root(root: Path) -> None:
    root.chmod(0o555)
    done = migrate(root)
    lint = trekbok(root, "lint", "--fix", "--output", f"html={root}/a/lint.html")
    status = trekbok(root, "undo")
    root.chmod(0o755)
    assert done.exit == 3 and ".trekbok: cannot be written, so nothing was: Permission denied" in done.stdout
    assert changed(root) == [] and lint.exit in (1, 3) and status.exit == 2


def test_a_state_directory_that_cannot_be_used(root: Path) -> None:
    (root / ".trekbok").write_text("")
    done = migrate(root)
    assert done.exit == 3 and ".trekbok: cannot be written, so nothing was" in done.stdout
    assert trekbok(root, "undo").exit == 2 and trekbok(root, "lint").exit == 1
    (root / ".trekbok").unlink()
    (root / ".trekbok/journal").mkdir(parents=True)
    assert migrate(root).exit == 3 and trekbok(root, "undo").exit == 3
    assert changed(root) == []
    (root / ".trekbok/journal").rmdir()
    (root / ".trekbok/journal").write_bytes(b"garbage")
    undone = trekbok(root, "undo")
    assert undone.exit == 2 and "damaged" in undone.stderr
    assert migrate(root).exit == 0 and changed(root) == ["a", "b", "c"]
    assert trekbok(root, "undo").exit == 0 and changed(root) == []
    assert migrate(root).exit == 0
    (root / ".trekbok/journal").chmod(0)
    assert trekbok(root, "undo").exit == 3 and changed(root) == ["a", "b", "c"]


def test_two_runs_at_once(root: Path) -> None:
    for number in range(120):
        put(root, LOAD + CALL, f"p{number}/BUILD.bazel")
    command = [sys.executable, "-m", "trekbok", "migrate", "--only", "venv-rules"]
    runs = [subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) for _ in range(3)]
    for run in runs:
        output = run.communicate()[0].decode()
        assert "Traceback" not in output and run.returncode in (0, 3), output
    assert changed(root) == ["a", "b", "c"]
    assert all(file.read_text() == NEW_LOAD + NEW_CALL for file in root.glob("p*/BUILD.bazel"))
    assert trekbok(root, "undo").exit == 0 and changed(root) == []


def test_output_that_cannot_be_written(root: Path) -> None:
    for command in ("list", "migrate"):
        with open("/dev/full", "wb") as full:
            done = subprocess.run(
                [sys.executable, "-m", "trekbok", command], cwd=root, stdout=full, stderr=subprocess.PIPE, check=False
            )
        assert done.returncode == 3 and done.stderr.startswith(b"Error: No space left on device; "), done


def test_a_process_that_is_killed(root: Path) -> None:
    put(root, KILLER, "killer.py")
    put(root, 'migrations = ["killer.py"]\n', "trekbok.toml")
    for number in range(400):
        put(root, CALL.replace('"b"', f'"b{number + 3700}"'), f"p{number}/BUILD.bazel")
    done = trekbok(root, "migrate", "--only", "killer", "--jobs", "2")
    assert done.exit == 3 and "ended without a result; out of memory?" in done.stderr, done


def test_git_that_does_not_say_what_is_committed(root: Path) -> None:
    git(root, "init", "-q")
    git(root, "add", ".")
    git(root, "commit", "-qm", "a")
    (root / ".git/HEAD").write_text("garbage")
    (root / ".git/index").write_text("garbage")
    done = migrate(root)
    assert done.exit == 2 and changed(root) == [] and "--allow-dirty" in done.stderr, done
    assert migrate(root, "--allow-dirty").exit == 0 and changed(root) == ["a", "b", "c"]
