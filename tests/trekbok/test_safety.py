"""Nothing is lost, nothing is overwritten, nothing is edited that is not understood."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from buildfile.plan import FileChange
from buildfile.writer import write
from tests.goldens import Done, tree, trekbok

LOAD = 'load("@aspect_rules_py//py/unstable:defs.bzl", "py_venv_binary")\n'
NEW_LOAD = 'load("@aspect_rules_py//py:defs.bzl", "py_binary")\n'
CALL = '\npy_venv_binary(\n    name = "b",\n    main = "b.py",\n)\n'
NEW_CALL = '\npy_binary(\n    name = "b",\n    expose_venv = True,\n    isolated = False,\n    main = "b.py",\n)\n'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository on v1 with nothing in it but its MODULE.bazel."""
    (tmp_path / "MODULE.bazel").write_text('bazel_dep(name = "aspect_rules_py", version = "1.11.7")\n')
    return tmp_path


def migrate(root: Path, *args: str) -> Done:
    """Runs the two migrations that the files of this module are about."""
    done = trekbok(root, "migrate", "--only", "venv-rules", "--only", "unstable-load", *args)
    assert "Traceback" not in done.stderr + done.stdout
    return done


def put(root: Path, data: bytes | str, path: str = "p/BUILD.bazel") -> Path:
    """Writes a file of the repository."""
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data.encode() if isinstance(data, str) else data)
    return file


def _between(text: str) -> Callable[[bytes, bytes], bytes]:
    return lambda load, call: load + text.encode("latin-1") + call


ODD_FILES: dict[str, Callable[[bytes, bytes], bytes]] = {
    "BOM": lambda load, call: b"\xef\xbb\xbf" + load + call,
    "CRLF": lambda load, call: (load + call).replace(b"\n", b"\r\n"),
    "tabs": lambda load, call: (load + call).replace(b"    ", b"\t"),
    "no final newline": lambda load, call: (load + call).rstrip(b"\n"),
    "a form feed": _between("\f\n# a form feed\n"),
    "latin-1 bytes": _between("# caf\xe9 \xff\nx = '\xe9'\n"),
    "a coding cookie": _between("# -*- coding: utf-16 -*-\n"),
    "what Bazel allows and Python does not": _between('load(":x.bzl", _a = "a", "b")\nasync = 1\nx(await = async)\n'),
    "sixty nested brackets": _between("x = " + "[" * 60 + "]" * 60 + "\n"),
    "four hundred operators": _between("x = " + " + ".join(["a"] * 400) + "\n"),
    "a blank tail": lambda load, call: load + call + b"\n    \n  # an indented comment\n\n",
}


@pytest.mark.parametrize("odd", ODD_FILES)
def test_only_the_edits_change(root: Path, odd: str) -> None:
    make = ODD_FILES[odd]
    file = put(root, make(LOAD.encode(), CALL.encode()))
    assert migrate(root).exit == 0
    assert file.read_bytes() == make(NEW_LOAD.encode(), NEW_CALL.encode())


@pytest.mark.parametrize(
    ("data", "exit"),
    [
        pytest.param((LOAD + "x = " + "[" * 3000 + "]" * 3000 + "\n" + CALL).encode(), 3, id="3,000 nested brackets"),
        pytest.param((LOAD + "x = " + " + ".join(["a"] * 30000) + "\n" + CALL).encode(), 3, id="30,000 operators"),
        pytest.param((LOAD + "x = a" + "()" * 5000 + "\n" + CALL).encode(), 3, id="5,000 chained calls"),
        pytest.param((LOAD + "print 'hello'\n" + CALL).encode(), 3, id="Python 2"),
        pytest.param((LOAD + CALL + "class X:\n    pass\n").encode(), 3, id="a class"),
        pytest.param((LOAD + CALL + "import os\n").encode(), 3, id="an import"),
        pytest.param((LOAD + CALL + 'x = f"{y}"\n').encode(), 3, id="an f-string"),
        pytest.param((LOAD + CALL + "x = {{ y }}\n${z}\n").encode(), 1, id="a template that Python could read"),
        pytest.param((LOAD + "foo(\n" + CALL).encode(), 3, id="an open bracket"),
        pytest.param((LOAD + 'x = "abc\n' + CALL).encode(), 3, id="an open string"),
        pytest.param((LOAD + "x = 'a'\ry = 2" + CALL).encode(), 3, id="a bare carriage return"),
        pytest.param((LOAD + CALL).replace("\n", "\r").encode(), 1, id="carriage returns for line ends"),
        pytest.param((LOAD[:-1] + "; " + CALL[1:]).encode(), 1, id="a call behind a load"),
        pytest.param(b"\0" + (LOAD + CALL).encode(), 3, id="a NUL byte"),
        pytest.param(("{% if python %}\n" + LOAD + CALL + "{% endif %}\n").encode(), 1, id="Jinja"),
        pytest.param((LOAD + CALL + "${rule}(\n    name = ${name},\n)\n").encode(), 1, id="dollar template"),
        pytest.param(("--- a/BUILD\n+++ b/BUILD\n@@ -1,2 +1,2 @@\n" + LOAD + CALL).encode(), 1, id="a patch"),
    ],
)
def test_what_is_not_understood_is_left_and_reported(root: Path, data: bytes, exit: int) -> None:
    file = put(root, data)
    done = migrate(root)
    assert file.read_bytes() == data
    assert "p/BUILD.bazel:" in done.stdout
    assert done.exit == exit


def test_a_megabyte_of_targets(root: Path) -> None:
    calls = "".join(f'\npy_venv_binary(\n    name = "b{n}",\n    main = "b.py",\n)\n' for n in range(16000))
    file = put(root, LOAD + calls)
    assert migrate(root).exit == 0
    data = file.read_text()
    assert data.count("py_binary(") == 16000 and data.count("isolated = False") == 16000
    assert "venv_binary" not in data


def test_a_directory_named_build(root: Path) -> None:
    file = put(root, LOAD + CALL, "p/BUILD/BUILD.bazel")
    (root / "q" / "BUILD.bazel").mkdir(parents=True)
    assert migrate(root).exit == 0
    assert file.read_text() == NEW_LOAD + NEW_CALL


def test_a_linked_file_is_written_through_its_link(root: Path) -> None:
    real = put(root, LOAD + CALL, "shared/BUILD.in")
    link = root / "p" / "BUILD.bazel"
    link.parent.mkdir()
    link.symlink_to("../shared/BUILD.in")
    assert migrate(root).exit == 0
    assert link.is_symlink() and real.read_text() == NEW_LOAD + NEW_CALL


def test_links_in_a_circle_are_no_files(root: Path) -> None:
    put(root, LOAD + CALL)
    (root / "BUILD").symlink_to("BUILD")
    (root / "a.bzl").symlink_to("b.bzl")
    (root / "b.bzl").symlink_to("a.bzl")
    (root / "again").symlink_to(".")
    done = migrate(root)
    assert done.exit == 0 and "1 file changed" in done.stdout, done.stdout


def test_a_name_that_is_no_text_is_left_and_reported(root: Path) -> None:
    put(root, LOAD + CALL)
    put(root, LOAD + CALL, "a\nb/BUILD")
    directory = os.fsencode(root) + b"/\xe9"
    try:
        os.mkdir(directory)
    except OSError:
        return  # no such name on this file system
    with open(directory + b"/BUILD", "wb") as file:
        file.write((LOAD + CALL).encode())
    done = migrate(root, "--report", str(root / "report.json"))
    assert done.exit == 1 and "2 files changed" in done.stdout and "\\xe9/BUILD: has a name" in done.stdout, done.stdout
    with open(directory + b"/BUILD", "rb") as file:
        assert file.read() == (LOAD + CALL).encode()


def test_a_link_out_of_the_repository_is_not_followed(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "BUILD"
    outside.write_text(LOAD + CALL)
    (root / "BUILD.bazel").symlink_to(outside)
    done = migrate(root)
    assert outside.read_text() == LOAD + CALL
    assert done.exit == 1 and "leads out of the repository" in done.stdout


def test_a_read_only_file_is_left_and_reported(root: Path) -> None:
    file = put(root, LOAD + CALL)
    file.chmod(0o444)
    other = put(root, LOAD + CALL, "q/BUILD.bazel")
    done = migrate(root)
    assert file.read_text() == LOAD + CALL and "read-only" in done.stdout
    assert done.exit == 3
    assert other.read_text() == NEW_LOAD + NEW_CALL


def test_the_mode_is_kept(root: Path) -> None:
    file = put(root, LOAD + CALL)
    file.chmod(0o755)
    migrate(root)
    assert stat.S_IMODE(file.stat().st_mode) == 0o755


def test_a_file_changed_in_the_meantime_is_not_overwritten(root: Path) -> None:
    file = put(root, "new\n", "BUILD")
    written, failures = write(root, [FileChange("BUILD", b"old\n", b"mine\n")])
    assert not written and "changed by someone else" in failures[0].reason
    assert file.read_text() == "new\n"


def test_git_protects_what_is_not_committed(root: Path) -> None:
    clean = put(root, LOAD + CALL, "clean/BUILD.bazel")
    dirty = put(root, CALL, "dirty/BUILD.bazel")
    git(root, "init", "-q")
    git(root, "add", ".")
    git(root, "commit", "-qm", "a")
    dirty.write_text(LOAD + CALL)
    untracked = put(root, LOAD + CALL, "untracked/BUILD.bazel")
    before = tree(root)
    done = migrate(root)
    assert done.exit == 2 and tree(root) == before
    assert "dirty/BUILD.bazel" in done.stderr and "untracked/BUILD.bazel" in done.stderr
    assert "clean/BUILD.bazel" not in done.stderr
    assert migrate(root, "--allow-dirty").exit == 0
    assert clean.read_text() == dirty.read_text() == untracked.read_text() == NEW_LOAD + NEW_CALL
    assert not git(root, "status", "--porcelain", "--", ".trekbok")


def test_git_in_a_repository_above(root: Path) -> None:
    workspace = root / "sub"
    put(workspace, LOAD + CALL)
    (root / "MODULE.bazel").rename(workspace / "MODULE.bazel")
    git(root, "init", "-q")
    git(root, "add", ".")
    git(root, "commit", "-qm", "a")
    assert migrate(workspace).exit == 0


def git(root: Path, *args: str) -> str:
    """Runs git with a name of its own."""
    command = ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", *args]
    return subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout


def test_undo_refuses_what_was_changed_since(root: Path) -> None:
    one, two = put(root, LOAD + CALL, "one/BUILD"), put(root, LOAD + CALL, "two/BUILD")
    migrate(root)
    one.write_text("mine\n")
    done = trekbok(root, "undo")
    assert done.exit == 3 and "one/BUILD" in done.stdout
    assert one.read_text() == "mine\n" and two.read_text() == LOAD + CALL


def test_undo_of_a_run_that_another_came_behind(root: Path) -> None:
    for name in "ab":
        (root / name).write_text("old")
    changes = [FileChange(name, b"old", b"new") for name in "ab"]
    assert write(root, changes) == (["a", "b"], [])
    # It had read b before the first run wrote it, and a thereafter.
    assert write(root, changes[1:]) == (["b"], [])
    assert trekbok(root, "undo").exit == 0
    assert [(root / name).read_text() for name in "ab"] == ["old", "old"]


def test_undo_without_a_run(root: Path) -> None:
    done = trekbok(root, "undo")
    assert done.exit == 2 and "no run" in done.stderr


_KILLED = """
import os, signal, sys
from pathlib import Path
from buildfile import writer
from buildfile.plan import FileChange

stop = int(sys.argv[2])
seen = 0

def counted(name):
    real = getattr(os, name)
    def call(*args, **kwargs):
        global seen
        seen += 1
        if seen == stop:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **kwargs)
    return call

for name in ("open", "write", "replace", "fchmod", "close"):
    setattr(os, name, counted(name))
writer.write(Path(sys.argv[1]), [FileChange(f"{n}/BUILD", b"old %d\\n" % n, b"new %d\\n" % n) for n in range(4)])
print("done")
"""


def test_a_run_killed_at_any_point_loses_nothing(tmp_path: Path) -> None:
    script = tmp_path / "killed.py"
    script.write_text(_KILLED)
    for stop in range(1, 200):
        root = tmp_path / str(stop)
        for number in range(4):
            put(root, f"old {number}\n", f"{number}/BUILD")
        done = subprocess.run([sys.executable, script, root, str(stop)], capture_output=True, text=True, check=False)
        assert done.returncode in (0, -signal.SIGKILL), done.stderr
        now = {number: (root / f"{number}/BUILD").read_text() for number in range(4)}
        assert all(text in (f"old {number}\n", f"new {number}\n") for number, text in now.items())
        again = [
            FileChange(f"{number}/BUILD", text.encode(), f"new {number}\n".encode())
            for number, text in now.items()
            if text.startswith("old")
        ]
        _, failures = write(root, again)
        assert not failures
        files = tree(root)
        assert files == {f"{number}/BUILD": f"new {number}\n".encode() for number in range(4)} or not again
        assert trekbok(root, "undo", "--root", ".").exit == 0 or stop < 8
        left = tree(root)
        if again or done.returncode == 0:
            assert left == {f"{number}/BUILD": f"old {number}\n".encode() for number in range(4)}
        if done.returncode == 0:
            return
    raise AssertionError("the run never came to its end")


def test_kill_of_the_whole_program(root: Path) -> None:
    for number in range(300):
        put(root, LOAD + CALL, f"p{number}/BUILD")
    before = tree(root)
    for delay in (0.15, 0.25, 0.35, 0.45):
        process = subprocess.Popen(
            [sys.executable, "-m", "trekbok", "migrate", "--only", "venv-rules"], cwd=root, stdout=subprocess.DEVNULL
        )
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
    migrate(root)
    assert all(file.read_text() == NEW_LOAD + NEW_CALL for file in root.glob("p*/BUILD"))
    assert not [path for path in tree(root) if "tmp" in path]
    assert before.keys() == tree(root).keys()


ONCE = "b'FAULT' not in view.file.data"
FAULTS = {
    "breaks_syntax": ("Edit(at, at, b'( # FAULT\\n')", ONCE, "would not parse"),
    "writes_python": ("Edit(at, at, b'class FAULT: pass\\n')", ONCE, "not be Starlark"),
    "drops_a_target": ("Edit(at, len(view.file.data), b'')", ONCE, "b: removed"),
    "changes_an_attribute": ("Edit(at + 27, at + 30, b'\"FAULT\"')", ONCE, "no fix declared"),
    "never_settles": ("Edit(0, 0, b'# again\\n')", "True", "does not settle"),
    "changes_nothing": ("Edit(at, at, b'')", "True", "changes nothing"),
    "crashes": ("Edit(at, at, 1 / 0)", "True", "ZeroDivisionError"),
    "overlaps_itself": ("Edit(at, at + 2, b'x'), Edit(at + 1, at + 3, b'y')", "True", "want the same bytes"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_migration_at_fault_changes_nothing(root: Path, fault: str) -> None:
    edits, when, reason = FAULTS[fault]
    code = f"""
        from buildfile.edits import Edit
        from migrations.finding import Finding, Fix
        from migrations.migration import Migration, Page
        from migrations.profiles import Gate

        def find(view):
            at = view.file.data.find(b"py_venv_binary(")
            if at >= 0 and {when}:
                yield Finding(at, at + 1, "a fault", Fix(({edits},)))

        MIGRATION = Migration(
            id="{fault.replace("_", "-")}", summary="A fault.", page=Page("w", "y", "s"), find=find,
            needles=(b"py_venv_binary",), gate=Gate("2.0.0-alpha.0"),
        )
        """
    put(root, textwrap.dedent(code), f"tools/{fault}.py")
    put(root, f'migrations = ["tools/{fault}.py"]\n', "trekbok.toml")
    file = put(root, LOAD + CALL)
    done = trekbok(root, "migrate", "--only", fault.replace("_", "-"))
    assert file.read_text() == LOAD + CALL
    assert "Traceback" not in done.stderr + done.stdout
    assert done.exit == 3 and reason in done.stdout, done.stdout


def test_an_unreadable_file_is_a_failure(root: Path) -> None:
    if os.geteuid() == 0:
        put(root, LOAD + CALL)
        (root / "p" / "BUILD.bazel").unlink()
        os.mkfifo(root / "p" / "BUILD.bazel")
        assert migrate(root).exit == 0  # no file: not entered, not opened
        return
    put(root, LOAD + CALL).chmod(0)
    done = migrate(root)
    assert done.exit == 3 and "cannot be read" in done.stdout
