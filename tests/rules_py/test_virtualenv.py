"""Virtualenvs in a real Bazel: what they consist of, and that programs run in them."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.rules.bazel import REPO_NAME, Workspace


def _links(root: Path) -> dict[str, str]:
    """All links below a directory, with their texts."""
    found = {}
    for directory, directories, files in os.walk(root):
        for name in directories + files:
            path = Path(directory, name)
            if path.is_symlink():
                found[str(path.relative_to(root))] = os.readlink(path)
    return found


def _inside(workspace: Workspace, *command: str) -> str:
    """Runs a command where Bazel runs, which may be a root of its own; gives what it prints."""
    return workspace.bazel("run", "//app:run_command", "--", *command).check().out


def test_programs_run_in_their_virtualenvs(workspace: Workspace) -> None:
    """The tests of the workspace itself: `checks.py` in own, shared and exposed virtualenvs, and more."""
    result = workspace.bazel("test", "//app/...").check()
    for name in ("own_venv", "external_venv_0", "external_venv_2", "in_exposed_venv", "resolved", "group_b"):
        assert f"//app:{name} " in result.out + result.err


def test_forms_of_programs(workspace: Workspace) -> None:
    """How the main program, imports and names are found, and programs in the package at the root."""
    workspace.bazel("test", "//forms/...", "//:all", "--test_output=errors").check()


def test_environment(workspace: Workspace) -> None:
    """The virtualenv's variables, then the binary's, then those about the target; some from the caller."""
    inherited = dict.fromkeys(("INHERITED", "INHERITED_BY_VENV", "INHERITED_DEFAULT"), "from the caller")
    workspace.bazel("test", "//env/...", "--test_output=errors", env=inherited).check()


def test_targets(workspace: Workspace) -> None:
    """One target for a program, and one more only if its virtualenv is exposed."""
    out = workspace.bazel("query", "//app:all").check().out.split()
    assert "//app:alone" in out
    assert not [label for label in out if label.startswith("//app:alone") and label != "//app:alone"]
    assert [label for label in out if label.startswith("//app:exposed")] == ["//app:exposed", "//app:exposed.venv"]


def test_only_links_and_small_files(workspace: Workspace) -> None:
    """No directory tree: only links and texts, and one look into the wheels of which nothing is said."""
    workspace.bazel("build", "//app:shared").check()
    out = workspace.bazel("aquery", "--output=jsonproto", "//app:shared").check().out
    actions = json.loads(out)
    mnemonics = {action["mnemonic"] for action in actions["actions"]}
    assert mnemonics <= {
        "FileWrite",
        "PyVenvWheels",
        "TemplateExpand",
        "UnresolvedSymlink",
        "SymlinkTree",
        "SourceSymlinkManifest",
        "RepoMappingManifest",
        "RunfilesTree",
        "Middleman",
    }, mnemonics
    trees = [artifact for artifact in actions["artifacts"] if artifact.get("isTreeArtifact")]
    fragments = {fragment["id"]: fragment for fragment in actions["pathFragments"]}
    for artifact in trees:
        parts = []
        fragment = fragments[artifact["pathFragmentId"]]
        while fragment:
            parts.append(fragment["label"])
            fragment = fragments.get(fragment.get("parentId"))
        assert ".shared" not in parts


def test_links_lead_to_the_same_from_everywhere(workspace: Workspace) -> None:
    """The text of each link is relative and right in bazel-bin as well as in runfiles."""
    workspace.bazel("build", "//app:shared", "//app:prog").check()
    in_bin = workspace.bin() / "app" / ".shared"
    in_runfiles = workspace.bin() / "app" / "prog.runfiles" / "_main" / "app" / ".shared"
    for venv in (in_bin, in_runfiles):
        two_hops = {path: text for path, text in _links(venv).items() if "_wheels" in path or "_wheels" in text}
        hops = {path for path in two_hops if path.startswith("_wheels/")}
        assert len(hops) == 6
        for path, text in two_hops.items():
            assert not os.path.isabs(text), (path, text)
            assert (venv / path).exists(), (path, text)
            if path not in hops:
                # The first hop stays inside the virtualenv.
                assert os.path.normpath(os.path.join(os.path.dirname(path), text)).startswith("_wheels/")
    site = next(in_bin.glob("lib/python3*/site-packages"))
    for name in ("several", "foreign", "shared_ns/one", "shared_ns/deep/er", "several-1.0.dist-info"):
        other = in_runfiles / site.relative_to(in_bin) / name
        assert (site / name).is_symlink() and other.is_symlink()
        marker = next(path for path in (site / name).iterdir() if path.is_file())
        assert os.path.samefile(marker, other / marker.name)
    code = "import several, foreign, blind; from shared_ns import one, two, blind; print('all there')"
    for venv in (in_bin, in_runfiles):
        assert _inside(workspace, str(venv / "bin" / "python"), "-I", "-c", code) == "all there\n"


def test_virtualenv_of_another_repository(workspace: Workspace) -> None:
    """Programs of other repositories find their wheels, their modules and their virtualenv."""
    assert workspace.bazel("run", "@other//lib:abroad").check().out == "theirs with foreign\n"
    code = "from lib import theirs; print(theirs.NAME)"
    assert workspace.bazel("run", "@other//lib:venv", "--", "-c", code).check().out == "theirs with foreign\n"


@pytest.mark.parametrize("target", ["prog", "alone", "exposed", "binary_rule"])
def test_program_by_bazel_run(workspace: Workspace, target: str) -> None:
    """Programs start with their arguments and say who they are."""
    found = workspace.bazel("run", f"//app:{target}", "--", "a b", "--c").check().json()[0]
    assert found["argv"] == ["a b", "--c"]
    environ = found["environ"]
    assert isinstance(environ, dict)
    assert environ["BAZEL_TARGET"] == f"//app:{target}"
    assert found["isolated"] == (0 if target == "exposed" else 1)
    assert environ.get("ONLY_ENV") == ("from the binary" if target == "exposed" else None)
    directory = {"prog": ".shared", "exposed": ".exposed.venv"}.get(target, f".{target}.venv")
    assert str(found["prefix"]).endswith(f"_main/app/{directory}")


def test_program_started_directly_and_through_a_link(workspace: Workspace, tmp_path: Path) -> None:
    """Nothing but the runfiles beside it is needed; a link to the program will do."""
    workspace.bazel("build", "//app:alone").check()
    program = workspace.bin() / "app" / "alone"
    (tmp_path / "link").symlink_to(program)
    for command in (program, tmp_path / "link"):
        assert '"prefix"' in _inside(workspace, "sh", "-c", f"cd / && exec env -i {command}")


def test_exposed_virtualenv_runs_its_interpreter(workspace: Workspace) -> None:
    """With the virtualenv's commands on PATH, and never isolated."""
    code = (
        "import os, sys, shutil, app.prog; "
        "print(sys.flags.isolated, shutil.which('several-cmd') == os.path.join(sys.prefix, 'bin/several-cmd'), "
        "os.environ['VIRTUAL_ENV'] == sys.prefix, os.environ['ONLY_ENV'])"
    )
    out = workspace.bazel("run", "//app:exposed.venv", "--", "-c", code).check().out
    assert out.splitlines()[-1] == "0 True True from the binary"


def test_link_into_the_workspace(workspace: Workspace) -> None:
    """The link appears where `bazel run` was called, is replaced by the next run, and is said on the terminal."""
    for target, name in (("//:venv_link", ".venv"), ("//app:link", ".app+shared"), ("//app:named_link", ".ide")):
        link = workspace.root / name
        for _ in range(2):
            out = workspace.bazel("run", target).check().out
            assert str(link) in out and f"{link}/bin/python" in out and f"{link}/bin/activate" in out
            assert link.is_symlink() and (link / "pyvenv.cfg").is_file()
            assert "bazel-out" in os.readlink(link)
    code = "import inside, several, foreign; print(inside.NAME)"
    assert _inside(workspace, f"{link}/bin/python", "-c", code) == "inside\n"
    elsewhere = workspace.root / "elsewhere"
    elsewhere.mkdir()
    workspace.bazel("run", "//app:link", "--", f"--dest={elsewhere}").check()
    assert (elsewhere / ".app+shared").is_symlink()
    (elsewhere / ".ide").write_text("mine")
    refused = workspace.bazel("run", "//app:named_link", "--", f"--dest={elsewhere}")
    assert refused.code != 0 and "is no link" in refused.err
    assert (elsewhere / ".ide").read_text() == "mine"


def test_activate(workspace: Workspace) -> None:
    """`bin/activate` puts the virtualenv's commands first, and `deactivate` takes them away."""
    workspace.bazel("build", "//app:shared").check()
    script = workspace.bin() / "app" / ".shared" / "bin" / "activate"
    code = f'. {script}; echo "$VIRTUAL_ENV"; command -v several-cmd; deactivate; echo "${{VIRTUAL_ENV-none}}"'
    out = subprocess.run(["bash", "-c", code], capture_output=True, text=True, check=True).stdout.splitlines()
    assert out == [str(script.parent.parent), str(script.parent / "several-cmd"), "none"]


def test_commands_of_wheels_of_which_nothing_is_said(workspace: Workspace) -> None:
    """They are not in `bin`, but where the virtualenv is active they are found and run in it."""
    workspace.bazel("build", "//forms:unsaid").check()
    venv = workspace.bin() / "forms" / "unsaid.runfiles" / "_main" / "forms" / ".unsaid"
    assert not (venv / "bin" / "several-cmd").exists()
    code = f'. {venv}/bin/activate; several-cmd a; several-old; deactivate; command -v several-cmd || echo "none"'
    out = subprocess.run(["bash", "-c", code], capture_output=True, text=True, check=True).stdout.splitlines()
    assert out == ["several a", "1", "none"]


def test_order_of_the_path(workspace: Workspace) -> None:
    """What is on the path as a whole has its place among the import roots, whether it is a wheel or not."""
    out = workspace.bazel("run", "//forms:path_order").check().out
    assert out.splitlines()[-1] == "unsaid_wheel deep _main blind a"


def test_without_a_tree_of_runfiles(workspace: Workspace) -> None:
    """There is no virtualenv to start then, which is said."""
    result = workspace.bazel("run", "--noenable_runfiles", "//app:alone")
    assert result.code != 0
    assert (
        "app/alone.runfiles has no virtualenv: it is made of links, so build without --noenable_runfiles" in result.err
    )


def test_commands_of_wheels(workspace: Workspace) -> None:
    """`py_console_script_binary` looks the function up in the wheel; `py_entrypoint_binary` is told."""
    assert workspace.bazel("run", "//app:several-cmd", "--", "x").check().out == "several x\n"
    assert workspace.bazel("run", "//app:entry", "--", "y").check().out == "several y\n"


def test_scripts_of_wheels_run_from_the_unpacked_tree(workspace: Workspace) -> None:
    """`#!python` becomes whatever interpreter stands beside the script, or the virtualenv's."""
    workspace.bazel("build", "//wheels:several").check()
    script = workspace.bin() / "wheels" / "several" / "bin" / "several-old"
    assert script.read_text().startswith("#!/bin/sh\n'''exec' ") and "#!python" not in script.read_text()
    assert os.access(script, os.X_OK)


def test_precompiled(workspace: Workspace) -> None:
    """Programs in virtualenvs ship what is compiled, from the runfiles of which Python takes it."""
    option = f"--@{REPO_NAME}//python/config_settings:precompile=enabled"
    workspace.bazel("build", option, "//app:alone", "//app:prog").check()
    for name in ("alone", "prog"):
        runfiles = workspace.bin(option) / "app" / f"{name}.runfiles" / "_main" / "app"
        assert list((runfiles / "src" / "__pycache__").glob("inside.*.pyc"))
        assert list((workspace.bin(option) / "wheels" / "several").glob("lib/*/*/several/__pycache__/__init__.*.pyc"))
    workspace.bazel("test", option, "//app:own_venv", "//app:external_venv_0").check()
    said = (
        workspace.bazel("run", option, "//app:shared", "--", "-v", "-c", "import several, inside, several_extra")
        .check()
        .err
    )
    for module in ("several/__pycache__/__init__", "src/__pycache__/inside", "-packages/__pycache__/several_extra"):
        assert re.search(rf"code object from '[^']*{module}\.[^']*\.pyc'", said), said
    sourceless = f"--@{REPO_NAME}//python/config_settings:precompile_source_retention=omit_source"
    found = workspace.bazel("run", option, sourceless, "//app:alone").check().json()[0]
    assert str(found["main"]).endswith("prog.pyc")
    assert isinstance(found["files"], list) and str(found["files"][2]).endswith("src/inside.pyc")


def test_interpreter_of_the_build(workspace: Workspace) -> None:
    """An interpreter that is a file of the build is found from bazel-bin and from runfiles."""
    toolchain = "--extra_toolchains=@in_build_python//:toolchain"
    found = workspace.bazel("run", toolchain, "//app:alone").check().json()[0]
    assert str(found["prefix"]).endswith("_main/app/.alone.venv")
    workspace.bazel("test", toolchain, "//app:own_venv", "//app:external_venv_1", "//app:venv_as_data").check()
    in_bin = workspace.bin() / "app" / ".alone.venv" / "bin"
    in_runfiles = workspace.bin() / "app" / "alone.runfiles" / "_main" / "app" / ".alone.venv" / "bin"
    assert not os.path.isabs(os.readlink(in_bin / "python"))
    assert "in_build_python" in os.readlink(in_runfiles / "python")
    assert os.path.samefile(in_bin / "python", in_runfiles / "python3")
    assert (in_bin.parent / "pyvenv.cfg").read_text().startswith("home =\n")
