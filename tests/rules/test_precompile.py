"""Precompiling end to end, in a workspace that uses the emitted rules."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.rules.bazel import REPO_NAME, Workspace, flag, precompile

pytestmark = pytest.mark.xdist_group("bazel")

ON = precompile("enabled")


# Each of these makes Python compile to other bytes, or not at all, unless the action says otherwise.
UNPINNED = {
    "PYTHONHASHSEED": "7",
    "PYTHONHOME": "/nowhere",
    "PYTHONINTMAXSTRDIGITS": "640",
    "PYTHONNODEBUGRANGES": "1",
    "PYTHONOPTIMIZE": "2",
    "PYTHONWARNINGS": "error",
}


def versions(workspace: Workspace) -> list[str]:
    """The versions the workspace has a toolchain for, oldest first."""
    found = re.findall(r"\d+\.\d+", (workspace.root / "versions.bzl").read_text())
    return sorted(found, key=lambda version: int(version.partition(".")[2]))


def tag(version: str) -> str:
    return "cpython-" + version.replace(".", "")


def runfiles(workspace: Workspace, target: str, *options: str) -> Path:
    """The runfiles tree of a built executable."""
    files = workspace.cquery_files(target, *options)
    [executable] = [file for file in files if file.name == target.rpartition(":")[2]]
    return executable.with_name(executable.name + ".runfiles")


def names(tree: Path) -> set[str]:
    """The files of the main repository in a runfiles tree, without those of start-up."""
    root = tree / "_main"
    found = {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}
    return {name for name in found if name.endswith((".py", ".pyc")) and not name.endswith("_bootstrap.py")}


def pycs(tree: Path) -> dict[str, bytes]:
    """The pycs in a runfiles tree, by path; without the second places Bazel gives to other repositories' files."""
    found = {path.relative_to(tree).as_posix(): path.read_bytes() for path in tree.rglob("*.pyc")}
    return {name: content for name, content in found.items() if not name.startswith("_main/external/")}


def test_everything_that_is_checked_from_inside(main_workspace: Workspace) -> None:
    """Each version of Python, each way to ship modules; see `workspaces/main/checks.py`."""
    result = main_workspace.bazel("test", ON, "--test_output=errors", "//...").check()
    # 7 targets for each version, and `env`.
    count = 7 * len(versions(main_workspace)) + 1
    assert f"Executed {count} out of {count} tests: {count} tests pass." in result.out


def test_the_other_start_up(main_workspace: Workspace) -> None:
    """Without PYTHONPATH in the environment everything is found as well."""
    version = versions(main_workspace)[0]
    targets = [f"//:kept_{version}", f"//:sourceless_{version}", f"//:module_omit_source_{version}"]
    main_workspace.bazel("test", ON, flag("bootstrap_impl", "script"), "--test_output=errors", *targets).check()


def test_pycs_that_are_lost_are_explained(main_workspace: Workspace) -> None:
    version = versions(main_workspace)[0]
    # A comment makes Bazel analyse again, so that it says it again.
    result = main_workspace.bazel("build", ON, flag("py_linux_libc", "musl"), f"//:kept_{version}").check()
    [line] = [line for line in result.err.splitlines() if "PyInfo built into Bazel" in line]
    assert "//lib:native" in line
    assert "py_info.bzl" in line


def test_the_main_program_is_loaded_from_its_pyc(main_workspace: Workspace) -> None:
    for version in versions(main_workspace):
        result = main_workspace.bazel("run", ON, f"//:prog_{version}", env={"PYTHONVERBOSE": "1"}).check()
        [report] = result.json()
        for key in ("main", "module"):
            source = Path(str(report[key]))
            pyc = source.parent / "__pycache__" / f"{source.stem}.{tag(version)}.pyc"
            assert f"code object from '{pyc}'" in result.err, (version, key)


def test_it_runs_without_the_source_tree(main_workspace: Workspace, tmp_path: Path) -> None:
    """A copy of the runfiles, with sources that nobody may read: unchecked pycs are all that can be loaded."""
    options = ("--compilation_mode=opt", ON)
    for version in versions(main_workspace):
        target = f"//:prog_{version}"
        main_workspace.bazel("build", *options, target).check()
        copy = tmp_path / version / "prog.runfiles"
        shutil.copytree(runfiles(main_workspace, target, *options), copy)
        for source in copy.rglob("*.py"):
            if not source.name.endswith("_bootstrap.py"):
                source.write_text("raise SystemExit('the source was read')\n")
        result = main_workspace.bazel(
            "run",
            flag("python_version", version),
            f"@{REPO_NAME}//python/bin:python",
            "--",
            str(copy / "_main" / f"_prog_{version}_stage2_bootstrap.py"),
            "an argument",
        ).check()
        [report] = result.json()
        main = copy / "_main" / "prog.py"
        assert report["argv"] == [str(main), "an argument"]
        assert report["main"] == str(main)
        assert report["module"] == str(copy / "_main" / "lib" / "plain.py")
        assert report["value"] == "original"


def test_runfiles_are_what_the_settings_say(main_workspace: Workspace) -> None:
    version = versions(main_workspace)[-1]
    cases = {
        (ON,): {
            "prog.py",
            f"__pycache__/prog.{tag(version)}.pyc",
            "lib/plain.py",
            f"lib/__pycache__/plain.{tag(version)}.pyc",
        },
        (precompile("force_disabled"),): {"prog.py", "lib/plain.py"},
        (ON, flag("precompile_source_retention", "omit_source")): {"prog.pyc", "lib/plain.pyc"},
        (ON, flag("exec_tools_toolchain", "disabled")): {"prog.py", "lib/plain.py"},
    }
    target = f"//:prog_{version}"
    for options, expected in cases.items():
        main_workspace.bazel("build", *options, target).check()
        assert names(runfiles(main_workspace, target, *options)) == expected


def test_one_source_in_targets_that_run_on_different_machines(main_workspace: Workspace) -> None:
    """Their actions differ, so their outputs must not be one file; the runfiles hold it once."""
    version = versions(main_workspace)[-1]
    result = main_workspace.bazel("build", ON, f"//:kept_{version}").check()
    assert "overwrote runfile" not in result.err
    found = names(runfiles(main_workspace, f"//:kept_{version}", ON))
    assert {name for name in found if "per_exec" in name} == {
        "lib/per_exec.py",
        f"lib/__pycache__/per_exec.{tag(version)}.pyc",
    }


def test_a_program_and_a_directory_of_one_name(main_workspace: Workspace) -> None:
    """Where nobody wants the pycs in the directory, none is declared; who wants them has them."""
    main_workspace.bazel("test", "--test_output=errors", "//named:lib", "//named:tool", "//named:collects").check()


def test_one_source_in_two_modes_is_refused_with_both(main_workspace: Workspace) -> None:
    result = main_workspace.bazel("build", "//:conflict_checked_hash", "//:conflict_unchecked_hash")
    assert result.code == 1
    assert "conflicting actions" in result.err
    assert "Compiling Python env.py (checked_hash, optimize 0)" in result.err
    assert "Compiling Python env.py (unchecked_hash, optimize 0)" in result.err


SANDBOXED_WORKER = ["--strategy=PyCompile=worker", "--worker_sandboxing"]
MULTIPLEX_SANDBOXED_WORKER = [*SANDBOXED_WORKER, "--experimental_worker_multiplex_sandboxing"]


@pytest.mark.parametrize(
    "options",
    [
        ["--strategy=PyCompile=worker"],
        ["--strategy=PyCompile=sandboxed"],
        SANDBOXED_WORKER,
        MULTIPLEX_SANDBOXED_WORKER,
    ],
    ids=["worker", "sandboxed", "sandboxed worker", "multiplex sandboxed worker"],
)
def test_a_syntax_error_is_reported_and_can_be_tolerated(main_workspace: Workspace, options: list[str]) -> None:
    result = main_workspace.bazel("build", *options, "//lib:broken_fails")
    assert result.code == 1
    assert re.search(r"lib/plain_broken\.py:1:\d+: SyntaxError", result.err), result.err
    assert 'print "Python 2"' in result.err
    assert "Traceback" not in result.err
    main_workspace.bazel("build", *options, "//lib:broken").check()


def requirements(protocol: str, *more: str) -> list[str]:
    """The execution requirements of the compile actions, instead of the default ones."""
    keys = ["supports-workers=1", f"requires-worker-protocol={protocol}", "supports-multiplex-workers=1"]
    keys += [f"{key}=1" for key in more]
    return [f"--@{REPO_NAME}//tools/precompiler:execution_requirements={key}" for key in keys]


def test_all_strategies_give_the_same_bytes(main_workspace: Workspace) -> None:
    version = versions(main_workspace)[-1]
    target = f"//:kept_{version}"
    found: dict[str, dict[str, bytes]] = {}
    environment = [f"--action_env={name}={value}" for name, value in UNPINNED.items()]
    for name, options in {
        "one-shot": ["--strategy=PyCompile=sandboxed"],
        "one action": ["--strategy=PyCompile=sandboxed", flag("precompile_actions", "per_target")],
        "worker": ["--strategy=PyCompile=worker"],
        "another environment": ["--strategy=PyCompile=sandboxed", *environment],
        "worker in another environment": ["--strategy=PyCompile=worker", *environment],
        "singleplex worker": ["--strategy=PyCompile=worker", "--noworker_multiplex"],
        "sandboxed worker": SANDBOXED_WORKER,
        "multiplex sandboxed worker": MULTIPLEX_SANDBOXED_WORKER,
        "path mapping": [
            *MULTIPLEX_SANDBOXED_WORKER,
            "--experimental_output_paths=strip",
            *requirements("json", "supports-path-mapping", "supports-multiplex-sandboxing"),
        ],
        "protobuf": ["--strategy=PyCompile=worker", *requirements("proto")],
        "multiplex protobuf": [*MULTIPLEX_SANDBOXED_WORKER, *requirements("proto", "supports-multiplex-sandboxing")],
    }.items():
        # The bytes are to come from the compiler each time, and from no cache.
        fresh = f"--action_env=STRATEGY={name.replace(' ', '_')}"
        result = main_workspace.bazel("build", ON, fresh, "--nouse_action_cache", *options, target).check()
        how = "worker" if "--strategy=PyCompile=worker" in options else "sandbox"
        assert re.search(rf"processes: .*\d+ (\S*-)?{how}", result.err), result.err
        found[name] = pycs(runfiles(main_workspace, target, ON, fresh, *options))
    reference = found["one-shot"]
    assert len(reference) > 10
    for name, built in found.items():
        assert built == reference, name


def test_a_changed_source_is_compiled_again(main_workspace: Workspace) -> None:
    target = f"//:prog_{versions(main_workspace)[-1]}"
    source = main_workspace.root / "lib" / "plain.py"
    before = source.read_text()
    try:
        for value in ("changed", "again"):
            source.write_text(before.replace("original", value))
            [report] = main_workspace.bazel("run", ON, target).check().json()
            assert report["value"] == value
    finally:
        source.write_text(before)


def test_requests_do_not_list_the_interpreter(main_workspace: Workspace) -> None:
    """The files of an in-build interpreter are runfiles of a tool, not two thousand inputs of each action."""
    options = (
        "--extra_toolchains=//requests:runtime_toolchain,//requests:exec_tools_toolchain",
        "--strategy=PyCompile=worker",
    )
    main_workspace.bazel("build", *options, "//requests:lib").check()
    [pyc] = [path for path in main_workspace.cquery_files("//requests:lib", *options) if path.suffix == ".pyc"]
    request = json.loads(pyc.read_text())
    assert request["inputs"] <= 5
    assert request["length"] < 2000


def test_the_resolved_interpreter_can_be_used_directly(main_workspace: Workspace) -> None:
    for version in versions(main_workspace):
        option = flag("python_version", version)
        main_workspace.bazel("build", option, "//:uses_make_variable").check()
        assert (main_workspace.bin(option) / "version.txt").read_text().startswith(version)
    result = main_workspace.bazel(
        "run", option, f"@{REPO_NAME}//python/bin:python", "--", "-c", "import sys; print(sys.version)"
    ).check()
    assert result.out.startswith(version)


def test_an_interpreter_of_the_build(main_workspace: Workspace) -> None:
    version = versions(main_workspace)[-1]
    main_workspace.bazel(
        "test",
        ON,
        "--extra_toolchains=@in_build//:toolchain",
        f"--extra_toolchains=@{REPO_NAME}//python/runtime_env_toolchains:exec_tools_toolchain",
        "--test_arg=in_build",
        "--test_output=errors",
        f"//:kept_{version}",
        f"//:sourceless_{version}",
        f"//:module_omit_source_{version}",
    ).check()
