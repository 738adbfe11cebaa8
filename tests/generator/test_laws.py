"""Laws that hold for every repository: runs settle, caches change nothing, names and dependencies make sense."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from buildfile.writer import write
from generator import cache, existing
from generator.run import GenerateOptions, GenerateResult, generate_plan

DIRECTORIES = ["", "a", "a/b", "a/b/c", "tool", "test_x", "proj", "proj/sub"]
NAMES = ["__init__", "x", "y", "run", "tool", "x_test", "test_x", "conftest", "__main__", "__test__", "b"]
MODULES = ["a", "a.x", "a.b", "a.b.y", "tool.run", "x", "proj.sub.x", "test_x.x", "os.path", "numpy.linalg", "nothing"]
DIRECTIVES = [
    "python_generation_mode file",
    "python_generation_mode project",
    "python_generation_mode package",
    "python_generation_mode_per_file_include_init true",
    "python_generation_mode_per_package_require_test_entry_point false",
    "python_root",
    "python_extension disabled",
    "python_resolve_sibling_imports true",
    "python_experimental_allow_relative_imports true",
    "python_library_naming_convention lib_$package_name$",
    "python_default_visibility NONE",
    "python_generate_pyi_deps false",
    "python_generate_proto true",
    "map_kind py_library my_library //:defs.bzl",
    "ignore",
    "exclude x.py",
]


@st.composite
def source(draw: st.DrawFn) -> str:
    """A module with imports of modules that may be there."""
    lines = [f"import {name}" for name in draw(st.lists(st.sampled_from(MODULES), max_size=3))]
    lines += draw(st.lists(st.sampled_from(["from . import x", "from ..b import y"]), max_size=1))
    if draw(st.booleans()):
        lines += ["if TYPE_CHECKING:", f"    import {draw(st.sampled_from(MODULES))}"]
    if draw(st.integers(0, 4)) == 0:
        lines += ['if __name__ == "__main__":', "    pass"]
    return "\n".join(lines) + "\n" if lines else ""


@st.composite
def files(draw: st.DrawFn) -> dict[str, str]:
    """Sources and BUILD files with directives, by path."""
    found = {}
    for directory in draw(st.lists(st.sampled_from(DIRECTORIES), min_size=1, max_size=5, unique=True)):
        for name in draw(st.lists(st.sampled_from(NAMES), max_size=5, unique=True)):
            found[f"{directory}/{name}.py"] = draw(source())
        if draw(st.integers(0, 5)) == 0:
            found[f"{directory}/p.proto"] = f"package {draw(st.sampled_from(['p', 'q.r']))};\n"
        chosen = draw(st.lists(st.sampled_from(DIRECTIVES), max_size=2))
        if chosen or draw(st.booleans()):
            found[f"{directory}/BUILD.bazel"] = "".join(f"# gazelle:{directive}\n" for directive in chosen)
    return found


ROOT_BUILD = (
    "# gazelle:python_validate_import_statements false\n# gazelle:resolve py numpy @pip//numpy\n"
    "# gazelle:resolve_regexp py ^tool\\.run$ //tool:by_hand\n"
)


@contextmanager
def repository(content: dict[str, str]) -> Iterator[Path]:
    """A repository with some files, in a directory that is removed afterwards."""
    root = Path(tempfile.mkdtemp())
    try:
        (root / "MODULE.bazel").write_text("")
        put(root, content)
        yield root
    finally:
        shutil.rmtree(root)


def put(root: Path, content: dict[str, str]) -> None:
    for path, text in content.items():
        target = root / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(ROOT_BUILD + text if path == "/BUILD.bazel" else text)
    if not (root / "BUILD.bazel").exists():
        (root / "BUILD.bazel").write_text(ROOT_BUILD)


def generated(root: Path, *, use_cache: bool) -> GenerateResult:
    return generate_plan(GenerateOptions(root, use_cache=use_cache, keep_going=True, jobs=1))


def outcome(result: GenerateResult) -> tuple[object, ...]:
    changes = [(change.path, change.old, change.new) for change in result.plan.changes]
    return changes, result.plan.failures, [message.text for message in result.messages], result.exit_code


def check_targets(root: Path, result: GenerateResult) -> None:
    for change in result.plan.changes:
        assert change.new is not None
        found = existing.read(change.new)
        names = [rule.name for rule in found.rules]
        assert found.error == "" and len(names) == len(set(names))
        for rule in found.rules:
            package = change.path.rpartition("/")[0]
            own = {f":{rule.name}", f"//{package}:{rule.name}"}
            assert not own & {*rule.strings("deps"), *rule.strings("pyi_deps")}


@given(files())
@settings(max_examples=60, deadline=None)
def test_a_second_run_plans_nothing(content: dict[str, str]) -> None:
    with repository(content) as root:
        first = generated(root, use_cache=False)
        check_targets(root, first)
        assert not [item for item in first.plan.failures if "second run" in item.reason]
        write(root, first.plan.changes)
        second = generated(root, use_cache=False)
        assert [change.path for change in second.plan.changes] == []


@given(files(), st.lists(files(), min_size=1, max_size=3), st.data())
@settings(max_examples=30, deadline=None)
def test_the_cache_changes_nothing(content: dict[str, str], steps: list[dict[str, str]], data: st.DataObject) -> None:
    with repository(content) as root:
        for step in steps:
            fresh, cached = generated(root, use_cache=False), generated(root, use_cache=True)
            assert outcome(fresh) == outcome(cached)
            if data.draw(st.booleans()):
                write(root, cached.plan.changes)
            sources = sorted(root.rglob("*.py"))
            if sources and data.draw(st.booleans()):
                data.draw(st.sampled_from(sources)).unlink()
            put(root, {path: text for path, text in step.items() if path != "/BUILD.bazel"})
        assert outcome(generated(root, use_cache=False)) == outcome(generated(root, use_cache=True))


@given(files())
@settings(max_examples=30, deadline=None)
def test_one_directory_after_the_other_is_the_same_as_all_at_once(content: dict[str, str]) -> None:
    with repository(content) as one, repository(content) as other:
        for root in (one, other):
            first = generated(root, use_cache=False)
            assume(not first.plan.failures)  # what was left alone lacks targets that others were given as dependencies
            write(root, first.plan.changes)
        directories = sorted({path.parent for path in other.rglob("*") if ".trekbok" not in path.parts}, reverse=True)
        for directory in directories:
            rel = directory.relative_to(other).as_posix().removeprefix(".")
            options = GenerateOptions(other, (rel,), recursive=False, keep_going=True, jobs=1)
            assert generate_plan(options).plan.changes == []


def test_files_that_are_as_they_were_are_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, {"MODULE.bazel": "", "/a/x.py": "import os\n", "/a/y.py": "import a.x\n"})
    options = GenerateOptions(tmp_path)
    write(tmp_path, generate_plan(options).plan.changes)
    time.sleep(1.1)
    generate_plan(options)
    opened: list[str] = []

    def counting(path: str) -> bytes:
        opened.append(path)
        return Path(path).read_bytes()

    monkeypatch.setattr(cache, "read_bytes", counting)
    assert outcome(generate_plan(options)) == ([], [], [], 0)
    assert opened == []
    (tmp_path / "a/x.py").write_text("import a.z\n")
    (tmp_path / "a/z.py").write_text("")
    assert [change.path for change in generate_plan(options).plan.changes] == ["a/BUILD.bazel"]
    assert sorted(os.path.basename(path) for path in opened) == ["x.py", "z.py"]


def test_what_was_told_is_told_again(tmp_path: Path) -> None:
    directives = "# gazelle:python_experimental_allow_relative_imports true\n"
    put(tmp_path, {"MODULE.bazel": "", "/BUILD.bazel": directives, "/a.py": "from ...x import y\n", "/b.py": "x = (\n"})
    first = generate_plan(GenerateOptions(tmp_path))
    write(tmp_path, first.plan.changes)
    second = generate_plan(GenerateOptions(tmp_path))
    assert (
        [message.text for message in first.messages]
        == [message.text for message in second.messages]
        == [
            'failed to parse "b.py", line 1: its imports may be incomplete',
            '"a.py", line 1: the relative import "...x.y" leads out of the tree; dropped',
        ]
    )


def test_a_broken_cache_is_no_obstacle(tmp_path: Path) -> None:
    put(tmp_path, {"MODULE.bazel": "", "/a/x.py": "import os\n"})
    wanted = outcome(generate_plan(GenerateOptions(tmp_path)))
    (tmp_path / ".trekbok/generate").write_bytes(b"\x93garbage")
    assert outcome(generate_plan(GenerateOptions(tmp_path))) == wanted
    assert (tmp_path / ".trekbok/.gitignore").read_text() == "*\n"


def test_a_relative_import_finds_what_another_package_has_only_now(tmp_path: Path) -> None:
    directives = (
        "# gazelle:python_experimental_allow_relative_imports true\n# gazelle:python_validate_import_statements false\n"
    )
    put(tmp_path, {"MODULE.bazel": "", "/BUILD.bazel": directives, "/a/x.py": "from ..b.y import z\n"})
    write(tmp_path, generated(tmp_path, use_cache=True).plan.changes)
    put(tmp_path, {"/b/y.py": ""})
    changed = [change.path for change in generated(tmp_path, use_cache=True).plan.changes]
    assert changed == ["a/BUILD.bazel", "b/BUILD.bazel"]


def test_a_cycle_is_told_in_full_however_little_is_looked_at(tmp_path: Path) -> None:
    put(tmp_path, {"MODULE.bazel": "", "/a/x.py": "import b.x\n", "/b/x.py": "import c.x\n", "/c/x.py": "import os\n"})
    write(tmp_path, generated(tmp_path, use_cache=True).plan.changes)
    assert generated(tmp_path, use_cache=True).messages == []
    put(tmp_path, {"/c/x.py": "import a.x\n"})
    for _ in range(3):
        cached, fresh = generated(tmp_path, use_cache=True), generated(tmp_path, use_cache=False)
        assert outcome(cached) == outcome(fresh)
        assert [message.text.count("imports") for message in cached.messages] == [4]
        write(tmp_path, cached.plan.changes)


def test_a_name_that_becomes_free_is_taken_by_the_next_run(tmp_path: Path) -> None:
    rule = (
        'load("@rules_python//python:defs.bzl", "py_test")\n\npy_test(\n    name = "run",\n    srcs = ["gone.py"],\n)\n'
    )
    put(tmp_path, {"MODULE.bazel": "", "a/BUILD.bazel": rule, "a/run.py": 'if __name__ == "__main__":\n    pass\n'})
    seen = []
    for _ in range(3):
        result = generated(tmp_path, use_cache=True)
        write(tmp_path, result.plan.changes)
        names = [item.name for item in existing.read((tmp_path / "a/BUILD.bazel").read_bytes()).rules]
        seen.append((len(result.plan.changes), len(result.messages), names))
    assert seen == [(1, 1, ["a"]), (1, 0, ["a", "run"]), (0, 0, ["a", "run"])]
