"""Image layers: unpacked elsewhere, a program runs in them that has nothing else."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from tests.rules.bazel import Workspace

TOOLCHAIN = "--extra_toolchains=@in_build_python//:toolchain"
GROUPS = ("interpreter", "packages", "data", "default")


def _layers(workspace: Workspace, *options: str) -> dict[str, Path]:
    workspace.bazel("build", TOOLCHAIN, *options, "//image:layers").check()
    return {group: workspace.bin() / "image" / f"layers_{group}.tar.gz" for group in GROUPS}


def _members(layer: Path) -> dict[str, tarfile.TarInfo]:
    with tarfile.open(layer) as archive:
        return {member.name: member for member in archive}


def test_layers_and_their_contents(workspace: Workspace) -> None:
    """Each file is in one layer, at its place, and owned as asked; the macro gives the labels of the layers."""
    layers = {group: _members(path) for group, path in _layers(workspace).items()}
    files = [{name for name, member in members.items() if not member.isdir()} for members in layers.values()]
    assert sum(map(len, files)) == len(set.union(*files))
    runfiles = "opt/app/image/prog.runfiles/"
    assert "opt/app/image/prog" in layers["default"]
    assert runfiles + "_main/app/data.txt" in layers["data"]
    assert any("/wheels/several/lib/" in name for name in layers["packages"])
    assert any("in_build_python/bin/" in name for name in layers["interpreter"])
    for members in layers.values():
        for member in members.values():
            assert (member.uid, member.gid, member.mtime) == (1000, 1001, 1672560000)
            modes = {tarfile.DIRTYPE: {0o755}, tarfile.SYMTYPE: {0o777}, tarfile.REGTYPE: {0o644, 0o755}}
            assert member.mode in modes[member.type]
    assert layers["default"]["opt/app/image/prog"].mode == 0o755
    assert layers["data"][runfiles + "_main/app/data.txt"].mode == 0o644
    out = workspace.bazel("query", "labels(srcs, //image:returned)").check().out.split()
    assert sorted(out) == sorted(f"//image:layers_{group}" for group in GROUPS)


def test_manifests(workspace: Workspace) -> None:
    """There is a manifest for each layer that says what the layer has, in the words of mtree."""
    layers = _layers(workspace)
    workspace.bazel("build", TOOLCHAIN, "//image:layers_manifests", "//image:layers.manifest.preprocessed").check()
    execution_root = workspace.execution_root()
    kinds = {"dir": tarfile.DIRTYPE, "link": tarfile.SYMTYPE, "file": tarfile.REGTYPE}
    for group, layer in layers.items():
        first, *lines = (workspace.bin() / "image" / f"layers.{group}.manifest.spec").read_text().splitlines()
        assert first == "#mtree"
        said = {}
        for line in lines:
            place, *words = line.split(" ")
            attributes = dict(word.split("=", 1) for word in words)
            assert (attributes["uid"], attributes["gid"]) == ("1000", "1001")
            if attributes["type"] == "file":
                content = attributes["content"]
                assert content == "/dev/null" or (execution_root / content).exists()
            said[place] = (kinds[attributes["type"]], int(attributes["mode"], 8), attributes.get("link", ""))
        assert said == {name: (member.type, member.mode, member.linkname) for name, member in _members(layer).items()}


def test_links(workspace: Workspace) -> None:
    """Authored texts as they are; links between files of the build as relative links, wherever those come from."""
    members: dict[str, tarfile.TarInfo] = {}
    for layer in _layers(workspace).values():
        members |= {name: member for name, member in _members(layer).items() if not member.isdir()}
    runfiles = "opt/app/image/prog.runfiles/"
    links = {name[len(runfiles) :]: member.linkname for name, member in members.items() if member.issym()}
    assert links["_main/image/authored.link"] == "original.txt"
    assert links["_main/image/authored.tree/inner-link"] == "sub/inner.txt"
    assert links["_main/image/authored.tree/out"] == "../original.txt"
    assert links["_main/image/moved_link"] == "configured.txt"
    foreign = links["_main/image/foreign_link"]
    assert foreign.startswith("../../other") and foreign.endswith("/lib/theirs.py")
    assert links["_main/image/.prog.venv/bin/python3"] == "python"
    for name, text in links.items():
        assert not os.path.isabs(text), (name, text)
        if name.startswith("_main/image/.prog.venv/_wheels/"):
            assert text.startswith("../../../")


@pytest.mark.parametrize("strategy", ["sandboxed", "local"])
def test_layers_do_not_depend_on_where_they_are_packed(workspace: Workspace, strategy: str) -> None:
    """A sandbox, which is a tree of links itself, gives the same bytes as none."""
    hashes = []
    for options in ((), (f"--strategy=PyImageLayer={strategy}", "--action_env=AGAIN=" + strategy)):
        hashes.append(
            {
                group: hashlib.sha256(path.read_bytes()).hexdigest()
                for group, path in _layers(workspace, *options).items()
            }
        )
    assert hashes[0] == hashes[1]


def test_change_in_one_layer(workspace: Workspace) -> None:
    """Only the layer that has the change is packed again."""
    _layers(workspace)
    data = workspace.root / "app" / "data.txt"
    old = data.read_text()
    try:
        data.write_text("changed\n")
        log = workspace.root / "explained.txt"
        workspace.bazel("build", TOOLCHAIN, f"--explain={log}", "--verbose_explanations", "//image:layers").check()
        packed = {line.split("'")[1] for line in log.read_text().splitlines() if "Packing image layer" in line}
        assert packed == {"Packing image layer //image:layers_data"}
    finally:
        data.write_text(old)


@pytest.mark.parametrize(("method", "suffix"), [("none", ".tar"), ("bzip2", ".tar.bz2"), ("xz", ".tar.xz")])
def test_compression(workspace: Workspace, method: str, suffix: str) -> None:
    """The content is the same; without a root the program is at the top."""
    workspace.bazel("build", f"//image:layers_{method}").check()
    assert "image/prog" in _members(workspace.bin() / "image" / f"layers_{method}_default{suffix}")


def test_program_in_a_container(workspace: Workspace, tmp_path: Path) -> None:
    """All layers over a root with a shell and the C library: the program runs there."""
    chroot = shutil.which("chroot")
    if not chroot or os.geteuid() != 0:
        assert "CI" not in os.environ
        pytest.skip("chroot needs root")
    workspace.bazel("build", "//image:base").check()
    root = tmp_path / "root"
    root.mkdir()
    layers = _layers(workspace)
    packed = _members(layers["interpreter"])
    for layer in (workspace.bin() / "image" / "base.tar", *layers.values()):
        subprocess.run(["tar", "--extract", "--file", str(layer), "--directory", str(root)], check=True)
    for directory in ("/", "/opt"):
        # The interpreter may look for its library where it was installed; here it is in the image.
        library = "/".join(
            ("", *next((name for name in packed if "/lib/libpython" in name), "lib/none").split("/")[:-1])
        )
        shell = f"cd {directory} && LD_LIBRARY_PATH={library} exec /opt/app/image/prog 'a b'"
        result = subprocess.run(
            [chroot, str(root), "/bin/sh", "-c", shell], capture_output=True, text=True, env={"PATH": "/bin"}
        )
        assert result.returncode == 0, result.stderr
        found = json.loads(result.stdout)
        runfiles = "/opt/app/image/prog.runfiles"
        assert found["argv"] == ["a b"]
        assert found["from"] == "the image"
        assert found["executable"] == f"{runfiles}/_main/image/.prog.venv/bin/python"
        assert found["base"].startswith(runfiles)
        assert all(path.startswith(runfiles) for path in found["files"])
        assert found["theirs"] == "theirs with foreign"
        assert found["links"]["authored.link"] == "original"
        assert found["links"]["authored.tree/inner-link"] == "inner"
        assert found["links"]["moved_link"] == "opt"
