"""The command line: exit codes, paths, configuration, reports."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import tomli

from tests.goldens import tree, trekbok

OLD = 'load("@aspect_rules_py//py/unstable:defs.bzl", "py_venv_binary")\n\npy_venv_binary(name = "b")\n'
NEW = (
    'load("@aspect_rules_py//py:defs.bzl", "py_binary")\n\n'
    'py_binary(\n    name = "b",\n    expose_venv = True,\n    isolated = False,\n)\n'
)
ONLY = ("migrate", "--only", "venv-rules", "--only", "unstable-load")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository of two packages on v1."""
    (tmp_path / "MODULE.bazel").write_text('bazel_dep(name = "aspect_rules_py", version = "1.11.7")\n')
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "BUILD.bazel").write_text(OLD)
    return tmp_path


def test_check_writes_nothing_and_ends_with_one(root: Path) -> None:
    before = tree(root)
    done = trekbok(root, *ONLY, "--check")
    assert done.exit == 1 and "2 files would change" in done.stdout
    assert tree(root) == before
    assert trekbok(root, *ONLY).exit == 0
    assert trekbok(root, *ONLY, "--check").exit == 0


def test_diff_is_a_patch_on_stdout_alone(root: Path) -> None:
    before = tree(root)
    done = trekbok(root, *ONLY, "--diff")
    assert done.exit == 1 and tree(root) == before
    assert done.stdout.startswith("diff --git a/a/BUILD.bazel")
    assert "would change" in done.stderr
    subprocess.run(["git", "apply", "-"], cwd=root, input=done.stdout.encode(), check=True)
    assert (root / "a/BUILD.bazel").read_text() == NEW


def test_paths_narrow_what_is_edited(root: Path) -> None:
    assert trekbok(root, *ONLY, "a").exit == 0
    assert (root / "a/BUILD.bazel").read_text() == NEW
    assert (root / "b/BUILD.bazel").read_text() == OLD
    assert trekbok(root / "b", *ONLY, "BUILD.bazel").exit == 0
    assert (root / "b/BUILD.bazel").read_text() == NEW


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("migrate", "--only", "venv-rule"), "did you mean venv-rules"),
        (("migrate", "--skip", "nothing"), "trekbok list"),
        (("migrate", "--to", "3.0"), "no profile is called '3.0'"),
        (("migrate", "aspect-rules-py-v3"), "did you mean aspect-rules-py-v2"),
        (("migrate", "no/such/path"), "there is no such file or directory"),
        (("migrate", "/"), "is not in the repository"),
        (("migrate", "--semantics", "odd"), "preserve"),
        (("migrate", "--root", "no/such"), "is not a directory"),
        (("migrat",), "Did you mean 'migrate'"),
        (("explain", "venv-rulez"), "did you mean venv-rules"),
        (("migrate", "--check", "--report", "no/such/dir/file.json"), "cannot be written"),
    ],
)
def test_wrong_usage_ends_with_two_and_says_what_to_do(root: Path, args: tuple[str, ...], message: str) -> None:
    before = tree(root)
    done = trekbok(root, *args)
    assert done.exit == 2, done.stdout + done.stderr
    assert message in done.stderr and "Traceback" not in done.stderr
    assert tree(root) == before


def test_outside_of_any_repository(tmp_path: Path) -> None:
    done = trekbok(tmp_path, "migrate")
    assert done.exit == 2 and "--root" in done.stderr
    assert trekbok(tmp_path, "list").exit == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("semantic = 'plain'\n", "unknown key 'semantic'; did you mean 'semantics'"),
        ("exclude = 3\n", "exclude"),
        ("semantics = 'odd'\n", "'preserve' or 'plain'"),
        ("to = \n", "is not TOML"),
    ],
)
def test_a_wrong_configuration(root: Path, text: str, message: str) -> None:
    (root / "trekbok.toml").write_text(text)
    done = trekbok(root, "migrate")
    assert done.exit == 2 and message in done.stderr


def test_the_configuration_counts(root: Path) -> None:
    (root / "pyproject.toml").write_text(
        '[tool.trekbok]\nsemantics = "plain"\nexclude = ["/b"]\nto = "2.0.0-alpha.0"\nskip = ["unstable-load"]\n'
    )
    shown = trekbok(root, "config", "show").stdout
    assert 'semantics = "plain"  # pyproject.toml' in shown
    assert "unstable-load is off: skipped by pyproject.toml" in shown
    assert "moves to 2.0.0-alpha.0" in shown
    assert trekbok(root, *ONLY).exit == 0
    assert (root / "a/BUILD.bazel").read_text() == NEW.replace("(\n    name", "(name").replace(
        '"b",\n    expose_venv = True,\n    isolated = False,\n)', '"b")'
    )
    assert (root / "b/BUILD.bazel").read_text() == OLD


def test_the_report_has_the_provenance_of_every_edit(root: Path) -> None:
    (root / "c").mkdir()
    (root / "c/BUILD.bazel").write_text(OLD + "broken(\n")
    done = trekbok(root, *ONLY, "--report", "report.json")
    assert done.exit == 3
    report = json.loads((root / "report.json").read_bytes())
    schema = Path(__file__).parent.parent.parent / "trekbok" / "report" / "run.schema.json"
    jsonschema.validate(report, json.loads(schema.read_bytes()))
    assert [change["path"] for change in report["changed"]] == ["a/BUILD.bazel", "b/BUILD.bazel"]
    assert {edit["id"] for edit in report["changed"][0]["edits"]} == {"venv-rules"}
    assert report["failed"][0]["path"] == "c/BUILD.bazel" and report["failed"][0]["line"] > 0
    assert report["exitCode"] == 3 and report["written"] is True


def test_the_shipped_schema_is_the_one_of_the_code() -> None:
    from trekbok.report.run_json import schema

    shipped = Path(__file__).parent.parent.parent / "trekbok" / "report" / "run.schema.json"
    if not shipped.exists() or "TREKBOK_ACCEPT" in __import__("os").environ:
        shipped.write_bytes(schema())
    assert shipped.read_bytes() == schema(), "`./dev accept` writes it anew"


def test_help_names_the_exit_codes_and_the_texts_of_lazy_commands_are_true() -> None:
    from trekbok import cli

    done = trekbok(Path.cwd(), "--help")
    assert done.exit == 0 and "3  some files failed" in done.stdout
    for name, (_, text) in cli._COMMANDS.items():
        command = cli.main.get_command(None, name)  # type: ignore[arg-type]
        assert command is not None and (command.get_short_help_str(200) == text), name
        assert "Exit codes" in trekbok(Path.cwd(), name, "--help").stdout, name


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from trekbok.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass\nprint(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.splitlines()[-1].split())
    assert not loaded & {"libcst", "rich", "msgspec", "pathspec", "migrations", "buildfile", "asyncio"}


def test_jobs_do_not_change_the_outcome(root: Path) -> None:
    for number in range(400):
        (root / f"p{number}").mkdir()
        (root / f"p{number}/BUILD.bazel").write_text(OLD.replace('"b"', f'"b{number}"'))
    one = trekbok(root, *ONLY, "--diff", "--jobs", "1")
    two = trekbok(root, *ONLY, "--diff", "--jobs", "3")
    assert one == two and one.stdout.count("diff --git") == 402


def test_list_as_json(root: Path) -> None:
    items = json.loads(trekbok(root, "list", "--json").stdout)
    assert {"venv-rules", "unstable-load"} <= {item["id"] for item in items}
    assert all(item["summary"] for item in items)


def test_the_version_is_the_projects(root: Path) -> None:
    import trekbok as package

    assert package.__version__ in trekbok(root, "--version").stdout
    pyproject = tomli.loads((Path(__file__).parent.parent.parent / "pyproject.toml").read_text())
    assert pyproject["project"]["dynamic"] == ["version"]
