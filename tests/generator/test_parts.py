"""Small parts on their own: globs, manifests, module names, circles, proto files."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from generator.config import ManifestPlace
from generator.globs import BadGlob, compile_glob
from generator.graph import Edge, cycles, touched
from generator.manifest import Manifests, label, parse
from generator.modules import Module, absolute_name, module_of
from generator.protos import scan
from generator.resolve import Dependency
from generator.stdlib import modules
from generator.targets import relative_root


@pytest.mark.parametrize(
    ("pattern", "matching", "others"),
    [
        ("*_test.py", ["a_test.py", "_test.py"], ["a_test.pyi", "x/a_test.py"]),
        ("**/*.py", ["a.py", "x/a.py", "x/y/a.py"], ["a.pyi"]),
        ("a/**", ["a", "a/b", "a/b/c"], ["ab", "b/a"]),
        ("a/**/b", ["a/b", "a/x/b", "a/x/y/b"], ["a/xb", "ab"]),
        ("**", ["a", "a/b"], []),
        ("a**b", ["ab", "axxb"], ["a/b"]),
        ("?.py", ["a.py"], ["ab.py", "/.py"]),
        ("[a-c]x", ["ax", "cx"], ["dx"]),
        ("[^a-c]x", ["dx"], ["ax", "/x"]),
        ("{a,b*}.py", ["a.py", "bcd.py"], ["c.py"]),
        ("x/{a/**,b}", ["x/a", "x/a/c", "x/b"], ["x/c"]),
        ("\\*.py", ["*.py"], ["a.py"]),
        ("a.b+c", ["a.b+c"], ["axb+c"]),
    ],
)
def test_globs(pattern: str, matching: list[str], others: list[str]) -> None:
    compiled = compile_glob(pattern)
    assert [path for path in matching if not compiled.fullmatch(path)] == []
    assert [path for path in others if compiled.fullmatch(path)] == []


@pytest.mark.parametrize("pattern", ["[", "[]", "a[b", "{a", "a}", "a\\", "[a\\"])
def test_bad_globs(pattern: str) -> None:
    with pytest.raises(BadGlob):
        compile_glob(pattern)


_WORD = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,8}", fullmatch=True)


@given(st.dictionaries(_WORD, _WORD, max_size=5), _WORD)
def test_manifests_that_programs_write_are_read_as_yaml_reads_them(mapping: dict[str, str], name: str) -> None:
    lines = [f"    {module}: {distribution}" for module, distribution in mapping.items()]
    text = "\n".join(["# x", "manifest:", "  modules_mapping:", *lines, "  pip_repository:", f"    name: {name}", ""])
    document = yaml.safe_load(text)["manifest"]
    found = parse(text)
    assert found.modules == {str(key): str(value) for key, value in (document["modules_mapping"] or {}).items()}
    assert found.repository == str(document["pip_repository"]["name"] or "")


@pytest.mark.parametrize(
    "text", ["- a", "manifest: [a]", "manifest:\n  modules_mapping: x", "a: [", "a:\n b: 1\n  c: 2"]
)
def test_what_is_no_manifest(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse(text)


def test_a_manifest_may_be_empty() -> None:
    for text in ("", "manifest:\n", "other: x\n", "manifest:\n  modules_mapping:\n"):
        assert parse(text).modules == {}


@pytest.mark.parametrize(
    ("convention", "normalization", "repository", "wanted"),
    [
        ("$distribution_name$", "snake_case", "pip", "@pip//my_dist"),
        ("$distribution_name$", "pep503", "pip", "@pip//my-dist"),
        ("$distribution_name$", "none", "pip", "@pip//My.-Dist"),
        (":$distribution_name$", "snake_case", "pip", "@pip//:my_dist"),
        ("third/$distribution_name$/x", "snake_case", "", "//third/my_dist/x"),
    ],
)
def test_labels_of_distributions(convention: str, normalization: str, repository: str, wanted: str) -> None:
    assert label(ManifestPlace("", convention, normalization), repository, "My.-Dist") == wanted


def test_the_nearest_manifest_wins(tmp_path: Path) -> None:
    for name, mapping in (("near", "a: one"), ("far", "a: two\n    b: two\n    types_one: stubs")):
        (tmp_path / name).write_text(
            f"manifest:\n  modules_mapping:\n    {mapping}\n  pip_repository:\n    name: {name}\n"
        )
    places = tuple(ManifestPlace(name, "$distribution_name$", "snake_case") for name in ("near", "far"))
    manifests = Manifests(tmp_path)
    assert manifests.find(places, "a") == ("@near//one", "one")
    assert manifests.find(places, "b") == ("@far//two", "two")
    assert manifests.find(places, "c") is None
    assert manifests.stubs(places, "One") == ["@far//stubs"]


@pytest.mark.parametrize(
    ("path", "root", "name"),
    [
        ("a/b.py", "", "a.b"),
        ("a/__init__.py", "", "a"),
        ("__init__.py", "", "__init__"),
        ("a/b/c.py", "a", "b.c"),
        ("a/__init__.py", "a", "__init__"),
        ("ab/c.py", "a", None),
    ],
)
def test_module_names(path: str, root: str, name: str | None) -> None:
    assert module_of(path, root) == name


@pytest.mark.parametrize(
    ("name", "path", "root", "full"),
    [
        (".x", "a/b/c.py", "", "a.b.x"),
        ("..x.y", "a/b/c.py", "", "a.x.y"),
        (".x", "a/b/__init__.py", "", "a.b.x"),
        ("...x", "a/b/c.py", "", "x"),
        ("....x", "a/b/c.py", "", None),
        ("..x", "src/a/b.py", "src", "x"),
        ("...x", "src/a/b.py", "src", None),
        (".x", "c.py", "", "x"),
    ],
)
def test_relative_names(name: str, path: str, root: str, full: str | None) -> None:
    assert absolute_name(Module(name, "", path, 1, False), root) == full


def test_ways_to_the_root() -> None:
    found = [relative_root(rel, root) for rel, root in (("a/b", ""), ("a", "a"), ("a/b", "a"), ("a/b/c", "a"))]
    assert found == ["", "", "..", "../.."]


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=20))
def test_circles_are_circles_and_none_is_missed(pairs: list[tuple[int, int]]) -> None:
    dependency = Dependency(":x", False, "", None, "")
    edges: dict[str, list[Edge]] = {str(node): [] for node in range(7)}
    for source, target in pairs:
        if source != target:
            edges[str(source)].append(Edge(str(source), str(target), dependency))
    reach = {node: {edge.target for edge in edges[node]} for node in edges}
    for middle in edges:
        for node in edges:
            if middle in reach[node]:
                reach[node] |= reach[middle]
    found = cycles(edges)
    in_circles = {node for node in edges if node in reach[node]}
    for cycle in found:
        assert all(one.target == two.source for one, two in zip(cycle.edges, cycle.edges[1:], strict=False))
        assert cycle.edges[-1].target == cycle.edges[0].source
        group = reach[cycle.edges[0].source]
        in_circles -= {node for node in group if cycle.edges[0].source in reach[node]}
    assert in_circles == set()


def test_packages_that_paths_belong_to() -> None:
    assert touched(["", "a", "a/b"], ["a/b/c/d.py", "x/y.py", "a/z"]) == {"a/b", "", "a"}
    assert touched(["a"], ["b/c.py"]) == set()


def test_proto_files() -> None:
    facts = scan(
        b'// package no;\nsyntax = "proto3"; /* import "no.proto";\n*/\npackage a.b ;\n'
        b"import public 'c/d.proto';\n  import \"e.proto\";\noption x = \"import 'f.proto';\";\n"
    )
    assert facts.package == "a.b"
    assert facts.imports == ("c/d.proto", "e.proto")
    assert scan(b"\xff").package == ""


def test_standard_libraries_differ_by_version() -> None:
    assert "distutils.core" in modules("3.11") and "distutils" not in modules("3.12.4")
    assert "tomllib" in modules("3.11") and "tomllib" not in modules("3.10")
    assert modules("9.9") == modules()
    assert {"os.path", "__future__", "__main__"} <= modules()
