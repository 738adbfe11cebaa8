"""`trekbok generate`, `manifest` and `explain` as people call them."""

from __future__ import annotations

import os
import subprocess
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from generator.findings import findings
from generator.run import GenerateOptions, generate_plan
from trekbok.cli import main

FILES = {
    "MODULE.bazel": 'module(name = "m")\n',
    "a/x.py": "import b.y\n",
    "b/y.py": "import c.z\n",
    "b/y_test.py": "import b.y\n",
    "c/z.py": "import os\n",
    "d/w.py": "",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def trekbok(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(item) for item in arguments], catch_exceptions=False)


def git(root: Path, *arguments: str) -> None:
    command = ["git", "-C", str(root), "-c", "user.name=x", "-c", "user.email=x@example.org", *arguments]
    subprocess.run(command, check=True, capture_output=True)


def build_files(root: Path) -> list[str]:
    return sorted(path.parent.name for path in root.rglob("BUILD.bazel"))


def test_check_writes_nothing_and_tells_by_its_exit_code(root: Path) -> None:
    done = trekbok("generate", "--root", root, "--check")
    assert (done.exit_code, build_files(root)) == (1, [])
    assert done.stdout.splitlines() == [f"{name}/BUILD.bazel: would change" for name in "abcd"]
    assert trekbok("generate", "--root", root).exit_code == 0
    done = trekbok("generate", "--root", root, "--check")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "")


def test_a_diff_is_what_would_be_written(root: Path) -> None:
    git(root, "init", "-q")
    done = trekbok("generate", "--root", root, "--diff")
    assert (done.exit_code, build_files(root)) == (1, [])
    patch = root / "out.patch"
    assert trekbok("generate", "--root", root, "--patch", patch).exit_code == 1
    assert patch.read_text() == done.stdout
    git(root, "apply", str(patch))
    assert trekbok("generate", "--root", root, "--check").exit_code == 0


def test_written_paths_end_in_nul(root: Path) -> None:
    done = trekbok("generate", "--root", root, "--print0", "--build-file-name", "BUILD")
    assert done.stdout == "a/BUILD\0b/BUILD\0c/BUILD\0d/BUILD\0"


def test_a_run_can_be_undone(root: Path) -> None:
    trekbok("generate", "--root", root)
    assert trekbok("undo", "--root", root).exit_code == 0
    assert build_files(root) == []


def test_directories_narrow_what_is_written(root: Path) -> None:
    assert trekbok("generate", "--root", root, root / "a").exit_code == 1  # b is not indexed without a BUILD file
    assert trekbok("generate", "--root", root, root / "c", root / "b").exit_code == 0
    assert build_files(root) == ["b", "c"]
    (root / "c/sub").mkdir()
    (root / "c/sub/q.py").write_text("")
    assert trekbok("generate", "--root", root, "--no-recurse", root / "c").exit_code == 0
    assert build_files(root) == ["b", "c"]


def test_exclude_leaves_out_paths(root: Path) -> None:
    assert trekbok("generate", "--root", root, "--exclude", "a", "--exclude", "**/y_*").exit_code == 0
    assert build_files(root) == ["b", "c", "d"]
    assert "py_test" not in (root / "b/BUILD.bazel").read_text()


def test_since_takes_what_changed_and_what_depends_on_it(root: Path) -> None:
    git(root, "init", "-q")
    trekbok("generate", "--root", root)
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "x")
    for name in "abcd":
        (root / name / "BUILD.bazel").unlink()
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "without BUILD files")
    (root / "c/new.py").write_text("")
    done = trekbok("generate", "--root", root, "--since", "HEAD", "--check")
    assert done.stdout.splitlines() == [f"{name}/BUILD.bazel: would change" for name in "bc"]
    done = trekbok("generate", "--root", root, "--since", "nothing")
    assert done.exit_code == 2
    assert "--since: git does not know what changed since nothing" in done.stderr


def test_errors_of_usage_end_with_two(tmp_path: Path) -> None:
    assert trekbok("generate", "--root", tmp_path / "not" / "there").exit_code == 2
    assert trekbok("generate", "--root", tmp_path, "/nowhere/at/all").exit_code == 2
    assert trekbok("manifest", "--root", tmp_path).exit_code == 2
    assert trekbok("explain", "--root", tmp_path, "//no:target").exit_code == 2


def test_explain_tells_the_import_and_how_it_was_found(root: Path) -> None:
    trekbok("generate", "--root", root)
    build = root / "a/BUILD.bazel"
    build.write_text(build.read_text().replace('["//b"]', '["//b", "//old"]'))
    done = trekbok("explain", "--root", root, "//a")
    assert done.stdout.splitlines() == [
        "//b",
        "  a/x.py:1 imports b.y, found by a target of the repository",
        "//old  (removed)",
        "  no file in srcs imports it any more; mark it `# keep` or name it in a gazelle:include_dep comment",
    ]
    done = trekbok("explain", "--root", root, "//b:y_test", "--dep", "//b:b")
    assert done.stdout.startswith(":b\n")
    assert trekbok("explain", "--root", root, "//a", "--dep", "//x").exit_code == 2


def test_a_dependency_is_explained_for_all_targets(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trekbok("generate", "--root", root)
    monkeypatch.setenv("EXPLAIN_DEPENDENCY", "//b")
    assert trekbok("generate", "--root", root).stderr.splitlines() == [
        "gazelle: Explaining dependency (//b): //a:a: a/x.py:1 imports b.y, found by a target of the repository",
        "gazelle: Explaining dependency (//b): //b:y_test: b/y_test.py:1 imports b.y, "
        "found by a target of the repository",
    ]


def test_odd_files_are_no_obstacle(root: Path) -> None:
    trekbok("generate", "--root", root)
    build = root / "a/BUILD.bazel"
    text = "# gazelle:resolve py numpy @pip//numpy\r\n" + build.read_text().replace("\n", "\r\n")
    build.write_bytes(b"\xef\xbb\xbf" + text.encode())
    (root / "a/x.py").write_text("import b.y, numpy\n")
    (root / "a/y_test.py").write_text("import a.x\n")
    Path(os.fsdecode(os.fsencode(root) + b"/a/\xff.py")).write_text("")
    done = trekbok("generate", "--root", root)
    assert (done.exit_code, done.stderr) == (
        0,
        "gazelle: a/'\\udcff.py': left out: its name is not UTF-8, which Bazel does not take\n",
    )
    data = build.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf") and data.count(b"\r\n") == data.count(b"\n")
    assert b'        "@pip//numpy",\r\n' in data and b'name = "y_test",\r\n' in data
    assert trekbok("generate", "--root", root, "--check").exit_code == 0


def test_findings_tell_unused_undeclared_and_circular_dependencies(root: Path) -> None:
    trekbok("generate", "--root", root)
    build = root / "b/BUILD.bazel"
    build.write_text(build.read_text().replace('["//c"]', '["//d", "//kept",  # keep\n]'))
    (root / "c/z.py").write_text("import a.x\n")
    result = generate_plan(GenerateOptions(root, complete=True))
    found = [(item.id, item.path, item.line, item.message) for item in findings(result.targets)]
    assert found == [
        (
            "import-cycle",
            "a/BUILD.bazel",
            3,
            "dependency cycle: //a:a -> //b:b -> //c:c -> //a:a\n"
            "  //a:a needs //b:b: a/x.py:1 imports b.y\n"
            "  //b:b needs //c:c: b/y.py:1 imports c.z\n"
            "  //c:c needs //a:a: c/z.py:1 imports a.x",
        ),
        ("undeclared-dependency", "b/BUILD.bazel", 3, "b/y.py:1 imports c.z, but //c is no dependency"),
        ("unused-dependency", "b/BUILD.bazel", 3, "//d is a dependency that no source imports"),
        ("undeclared-dependency", "c/BUILD.bazel", 3, "c/z.py:1 imports a.x, but //a is no dependency"),
    ]


def wheel(directory: Path, name: str, paths: list[str]) -> None:
    with zipfile.ZipFile(directory / f"{name}-1.0-py3-none-any.whl", "w") as archive:
        for path in [*paths, f"{name}-1.0.dist-info/RECORD", f"{name}-1.0.dist-info/x.py"]:
            archive.writestr(path, "")


def test_a_manifest_is_written_from_wheels(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    wheels = tmp_path_factory.mktemp("wheels")
    wheel(wheels, "PyYAML", ["yaml/__init__.py", "yaml/loader.py", "_yaml/__init__.py"])
    wheel(wheels, "google_cloud_storage", ["google/__init__.py", "google/cloud/storage/__init__.py"])
    wheel(wheels, "protobuf", ["google/__init__.py", "google/protobuf/message.py", "google/protobuf/__init__.py"])
    wheel(wheels, "namespace_a", ["ns/a/one.py", "ns/a/two.py"])
    wheel(wheels, "fast", ["fast.cpython-312-x86_64-linux-gnu.so", "fast-1.0.data/purelib/slow/__init__.py"])
    wheel(wheels, "cv_one", ["cv/__init__.py", "cv/data.py"])
    wheel(wheels, "cv_two", ["cv/__init__.py", "cv/data.py"])
    wheel(wheels, "types_PyYAML", ["yaml-stubs/__init__.pyi"])
    wheel(wheels, "unlocked", ["unlocked.py"])
    lock = root / "lock.txt"
    names = "pyyaml google-cloud-storage protobuf namespace.a fast cv-one cv-two types-pyyaml missing"
    lock.write_text("--index-url x\n" + "".join(f"{name}==1.0 \\\n    --hash=sha256:0\n" for name in names.split()))
    arguments = ["--wheels", wheels, "--requirements", lock, "--repository", "deps", "--include-stub-packages"]
    done = trekbok("manifest", "--root", root, *arguments)
    assert done.exit_code == 0
    assert done.stderr.splitlines() == [
        "missing: is locked, but there is no wheel or installed distribution of it",
        "cv: is in cv_one, cv_two; cv_one is taken",
        "cv.data: is in cv_one, cv_two; cv_one is taken",
    ]
    assert (root / "gazelle_python.yaml").read_text().splitlines()[1:] == [
        "manifest:",
        "  modules_mapping:",
        "    cv: cv_one",
        "    fast: fast",
        "    google.cloud.storage: google_cloud_storage",
        "    google.protobuf: protobuf",
        "    ns.a.one: namespace_a",
        "    ns.a.two: namespace_a",
        "    slow: fast",
        "    types_pyyaml: types_pyyaml",
        "    yaml: PyYAML",
        "  pip_repository:",
        "    name: deps",
    ]
    assert trekbok("manifest", "--root", root, *arguments, "--check", "-q").exit_code == 0
    (root / "a/x.py").write_text("import yaml, google.cloud.storage.blob\nfrom google.protobuf import message\n")
    trekbok("generate", "--root", root)
    assert [line.strip(" ,") for line in (root / "a/BUILD.bazel").read_text().splitlines() if "@deps" in line] == [
        'pyi_deps = ["@deps//types_pyyaml"]',
        '"@deps//google_cloud_storage"',
        '"@deps//protobuf"',
        '"@deps//pyyaml"',
    ]


def test_a_manifest_is_written_from_an_environment(root: Path) -> None:
    place = root / "env/lib/python3.12/site-packages"
    info = place / "Some_Dist-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "RECORD").write_text(
        'some/__init__.py,,\n"some/odd,name.py",,\n../../../bin/some,,\nSome_Dist-1.0.dist-info/x.py,,\n'
    )
    assert trekbok("manifest", "--root", root, "--environment", root / "env").exit_code == 0
    assert "    some: Some_Dist\n" in (root / "gazelle_python.yaml").read_text()
    assert trekbok("manifest", "--root", root, "--environment", root / "a").exit_code == 2


def test_what_the_configuration_excludes_is_left_out(root: Path) -> None:
    (root / "trekbok.toml").write_text('exclude = ["/c/", "w.py"]\n')
    done = trekbok("generate", "--root", root)
    assert done.exit_code == 1 and '"c.z" is an invalid dependency' in done.stderr
    (root / "b/y.py").write_text("")
    assert trekbok("generate", "--root", root).exit_code == 0
    assert build_files(root) == ["a", "b"]
    (root / "trekbok.toml").write_text("")
    trekbok("generate", "--root", root)
    assert build_files(root) == ["a", "b", "c", "d"]
