"""What Bazel's own rules do on request: a program in one zip file, and empty `__init__.py` files."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.rules.bazel import Workspace, flag
from tests.rules.test_precompile import versions

pytestmark = pytest.mark.xdist_group("bazel")


def _report(*command: str | Path, cwd: Path) -> dict[str, object]:
    """What a program of `workspaces/main/zipped` says of itself."""
    result = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert result.returncode == 3, result.stderr
    report: dict[str, object] = json.loads(result.stdout)
    return report


def test_a_zip_file_runs_anywhere(main_workspace: Workspace, tmp_path: Path) -> None:
    """With an interpreter of the machine and one of the build, which is in the zip file; nothing is left behind."""
    for version in versions(main_workspace):
        target, in_build = f"//zipped:by_flag_{version}", "--extra_toolchains=@in_build//:toolchain"
        main_workspace.bazel("build", in_build, "--output_groups=python_zip_file", target).check()
        zipped = tmp_path / "moved.zip"
        shutil.copyfile(main_workspace.cquery_files(target, in_build)[0].with_name(f"by_flag_{version}.zip"), zipped)
        report = _report("python3", zipped, "a", "b c", cwd=tmp_path)
        assert report["arguments"] == ["a", "b c"]
        assert report["compiled"] and report["data"] and not report["has_init"]
        directory = Path(str(report["here"])).parents[3]
        assert not directory.exists() and not directory.is_relative_to(main_workspace.output_base)
    # The newest is the one of the build.
    assert Path(str(report["prefix"])).is_relative_to(directory)


def test_the_flag_makes_the_program_a_zip_file(main_workspace: Workspace, tmp_path: Path) -> None:
    version = versions(main_workspace)[0]
    target, on = f"//zipped:by_flag_{version}", flag("build_python_zip", "yes").removesuffix("=yes")
    main_workspace.bazel("build", on, target).check()
    shutil.copy(main_workspace.cquery_files(target, on)[0], tmp_path / "moved")
    assert _report(tmp_path / "moved", "x", cwd=tmp_path)["arguments"] == ["x"]
    assert main_workspace.bazel("run", on, target).code == 3


def test_empty_inits(main_workspace: Workspace, tmp_path: Path) -> None:
    """By the attribute, a number or a truth value, and by the flag; without either there are none."""
    version = versions(main_workspace)[0]
    programs = ["with_init", "without_init", "by_flag"]
    targets = [f"//zipped:{name}_{version}" for name in programs]
    for explicit, expected in (("1", [True, False, False]), ("no", [True, False, True])):
        option = flag("incompatible_default_to_explicit_init_py", explicit)
        main_workspace.bazel("build", option, *targets).check()
        found = [_report(main_workspace.cquery_files(target, option)[0], cwd=tmp_path) for target in targets]
        assert [report["has_init"] for report in found] == expected
        assert all(report["compiled"] for report in found)
