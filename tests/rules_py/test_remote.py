"""Virtualenvs under remote execution, against a real server."""

from __future__ import annotations

import re
from pathlib import Path

from tests.rules.bazel import Workspace
from tests.rules.remote import remote_executor


def test_programs_and_tests_run_remotely(workspace: Workspace, tmp_path: Path) -> None:
    """Wheels are unpacked and looked into there; virtualenvs of all kinds work, sent along with their interpreter."""
    targets = ("own_venv", "external_venv_0", "in_exposed_venv", "venv_as_data", "collisions_ignored")
    labels = [f"//app:{name}" for name in targets] + ["//pytests:xdist"]
    with remote_executor(tmp_path / "cache") as address:
        options = (
            "--extra_toolchains=@in_build_python//:toolchain",
            f"--remote_executor={address}",
            "--spawn_strategy=remote",
            "--strategy=TestRunner=remote",
            # Nothing is to come from an earlier build, and nothing is to run here instead.
            f"--action_env=FRESH={tmp_path.name}",
            "--noremote_local_fallback",
        )
        tested = workspace.bazel("test", *options, "--test_output=errors", *labels).check()
        used = workspace.bazel("build", *options, "//app:used_by_action", "//image:layers").check()
        output = next(path for path in workspace.cquery_files("//app:used_by_action", *options))
    assert re.search(r"\d+ remote", tested.err) and "processwrapper" not in tested.err, tested.err
    assert re.search(r"\d+ remote", used.err) and "processwrapper" not in used.err, used.err
    assert output.read_text().startswith("{")
