"""What is in buildifier's form stays in it, whatever is edited."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from buildfile.calls import Call, calls_in
from buildfile.edits import apply
from buildfile.labels import sort_key
from buildfile.loads import change_loads, loads_of
from buildfile.rewrite import rewrite
from buildfile.source import FileKind, SourceFile
from buildfile.style import _PRIORITY, attribute_key
from buildfile.targets import changes_between
from tests.buildfile.oracle import formatted, need_buildifier

_ATTRIBUTES = ["name", "srcs", "deps", "data", "main", "tags", "venv", "visibility", "size", "dep_group", "isolated"]
_COMMENT = st.sampled_from(["", "", "", "# above\n    "])
_SUFFIX = st.sampled_from([",", ",", ",  # suffix"])


@st.composite
def build_files(draw: st.DrawFn) -> bytes:
    """A BUILD file in buildifier's form."""
    lines = ['load("//:a.bzl", "rule_a")'] if draw(st.booleans()) else []
    for number in range(draw(st.integers(1, 3))):
        names = draw(st.lists(st.sampled_from(_ATTRIBUTES[1:]), unique=True, max_size=5))
        arguments = [f'name = "n{number}"']
        for name in names:
            value = draw(st.sampled_from(['"x"', "True", '["a"]', '["a", "b"]', "K", 'select({"//:c": ["a"]})']))
            arguments.append(f"{draw(_COMMENT)}{name} = {value}")
        if draw(st.integers(0, 3)) == 0:
            arguments.append("**K")
        if draw(st.booleans()) and len(arguments) == 1:
            call = f"rule_a({draw(st.sampled_from([arguments[0], '**K', '*K', '']))})"
        else:
            call = "rule_a(\n    " + "\n    ".join(argument + draw(_SUFFIX) for argument in arguments[:-1])
            call += f"\n    {arguments[-1]}\n)"
        lines.append(draw(st.sampled_from([call, call, f"[{call} for x in K]"])))
    return formatted("\n\n".join(lines).encode())


def _first_call(file: SourceFile) -> Call:
    return next(
        call for item in file.statements if not item.is_load for call in calls_in(file, item) if call.callee == "rule_a"
    )


_CHANGES = st.fixed_dictionaries(
    {
        "put": st.dictionaries(
            st.sampled_from(["isolated", "aaa", "zzz", "size", "main", "visibility"]), st.just('"q"'), max_size=3
        ),
        "drop": st.lists(st.sampled_from(["data", "deps", "tags", "srcs", "venv"]), unique=True, max_size=3),
        "rename": st.sampled_from([{}, {"visibility": "aaa"}, {"size": "zzz"}, {"venv": "dep_group"}]),
    }
)


@settings(max_examples=100)
@given(build_files(), _CHANGES)
def test_a_rewritten_call_stays_in_form(data: bytes, change: dict) -> None:  # type: ignore[type-arg]
    need_buildifier()
    file = SourceFile("BUILD.bazel", FileKind.BUILD, data)
    call = _first_call(file)
    names = {argument.name for argument in call.arguments}
    rename = {
        old: new for old, new in change["rename"].items() if not {old, new} & change["put"].keys() and new not in names
    }
    drop = [name for name in change["drop"] if name not in rename]
    rewritten = rewrite(call, put=change["put"], drop=drop, rename=rename)
    after = SourceFile("BUILD.bazel", FileKind.BUILD, apply(data, rewritten.edits))
    assert formatted(after.data) == after.data
    assert changes_between(file, after) <= set(rewritten.changes)
    arguments = {str(argument.name): after for argument in _first_call(after).arguments}
    wanted = ((names | change["put"].keys()) - set(drop) - rename.keys()) | {
        new for old, new in rename.items() if old in names
    }
    assert arguments.keys() == wanted


_LOCALS = st.sampled_from(["new1", "a0", "b1", "zz"])
_LABELS = ["@a//:a.bzl", "@b//p:d.bzl", "@b//p/q:d.bzl", "//:l.bzl", "//x:l.bzl", ":m.bzl"]


@st.composite
def loading_files(draw: st.DrawFn) -> bytes:
    """A BUILD file with loads, in buildifier's form, all of whose symbols are used."""
    lines, used = [], []
    for label in draw(st.lists(st.sampled_from(_LABELS), unique=True, max_size=4)):
        symbols = draw(st.lists(st.sampled_from("abcdef"), unique=True, min_size=1, max_size=3))
        parts = []
        for symbol in symbols:
            local = f"{symbol}{len(used)}"
            used.append(local)
            parts.append(f'{local} = "{symbol}"' if draw(st.booleans()) else f'"{local}"')
        body = ", ".join([f'"{label}"', *parts])
        lines.append(f"load({body})" if draw(st.booleans()) else f"load(\n    {body}\n)")
    head = draw(st.sampled_from(["", '"""Doc."""\n\n', "# A comment.\n\n"]))
    tail = [f'{name}(name = "{name}")' for name in used] or ['x(name = "x")']
    return formatted((head + "\n".join(lines) + "\n\n" + "\n\n".join(tail) + "\n").encode())


@settings(max_examples=100)
@given(
    loading_files(),
    st.dictionaries(
        st.sampled_from(["new1", "a0", "zz"]), st.tuples(st.sampled_from(_LABELS), st.just("s")), max_size=3
    ),
    st.sets(st.integers(0, 8), max_size=3),
)
def test_changed_loads_stay_in_form(data: bytes, bind: dict[str, tuple[str, str]], gone: set[int]) -> None:
    need_buildifier()
    file = SourceFile("BUILD.bazel", FileKind.BUILD, data)
    loads, _ = loads_of(file)
    before = {symbol.local: (load.label, symbol.name) for load in loads for symbol in load.symbols}
    names = sorted(before)
    release = {names[number] for number in gone if number < len(names) and names[number] not in bind}
    for name in release:  # no longer used
        data = data.replace(f'{name}(name = "{name}")'.encode(), b'x(name = "%s")' % name.encode())
    file = SourceFile("BUILD.bazel", FileKind.BUILD, data)
    after = SourceFile("BUILD.bazel", FileKind.BUILD, apply(data, change_loads(file, bind, release)))
    found, bad = loads_of(after)
    assert not bad
    got = {symbol.local: (load.label, symbol.name) for load in found for symbol in load.symbols}
    assert got == {name: value for name, value in {**before, **bind}.items() if name not in release}
    labels = [load.label for load in found]
    assert len(set(labels)) == len(labels), "a file loaded twice"
    assert formatted(after.data) == after.data
    assert not change_loads(after, bind, release), "a second change changes something"


def test_the_attributes_have_the_order_of_buildifier() -> None:
    need_buildifier()
    names = sorted({*_PRIORITY, "srcs_version", "module_name", "precompile", "actual", "zzz"}, key=attribute_key)
    data = b"x(\n" + b"".join(f"    {name} = 1,\n".encode() for name in names) + b")\n"
    assert formatted(data, "BUILD") == data


def test_the_labels_of_loads_have_the_order_of_buildifier() -> None:
    need_buildifier()
    packages = ("@a//", "@a//x", "@b-c//", "//", "//a", "//a/b", "//a-b", "//a.b", "//b")
    labels = [
        f"{package}:{name}" for package in packages for name in ("x.bzl", "X.bzl", "sub/x.bzl", "sub.bzl", "_x.bzl")
    ]
    labels += ["@a", "//foo", "//foo:bar.bzl", "//foo:foo.bzl", "b.bzl", ":a.bzl", ":c.bzl"]
    labels.sort(key=sort_key)
    data = "".join(f'load("{label}", "x{number}")\n' for number, label in enumerate(labels)).encode()
    assert formatted(data, "BUILD") == data


def test_a_call_of_a_workspace_gets_a_line_for_each_of_two_arguments() -> None:
    need_buildifier()
    file = SourceFile("WORKSPACE", FileKind.WORKSPACE, b'a(name = "x")\n')
    made = apply(file.data, rewrite(calls_in(file, file.statements[0])[0], put={"b": "1"}).edits)
    assert made == b'a(\n    name = "x",\n    b = 1,\n)\n' == formatted(made, "WORKSPACE")
