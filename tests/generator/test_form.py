"""Calls in Buildifier's form, held against Buildifier itself."""

from __future__ import annotations

import random
import re
import subprocess

from buildfile.source import FileKind, SourceFile
from generator.existing import call_of
from generator.form import call_text
from generator.text import changed

NAMES = ["srcs", "deps", "visibility", "imports", "tags", "data", "args", "pyi_deps", "pyi_srcs", "plugins", "outs"]
STRINGS = [
    "a.py",
    "b.py",
    "sub/a.py",
    ":x",
    ":a.b",
    "//a",
    "//a/b:b",
    "//a:z",
    "//:y",
    "@pip//numpy",
    "@r//a:a",
    "@r//:r",
]


def random_list(random_: random.Random) -> str:
    """A list with elements in any order and layout, some with comments."""
    items = random_.sample(STRINGS, random_.randrange(6))
    lines = []
    layout = random_.choice(["one line", "many", "many", "ragged"])
    if layout == "one line":
        return "[" + ", ".join(f'"{item}"' for item in items) + "]"
    for item in items:
        quote = random_.choice(["'", '"', '"'])
        text = f"{quote}{item}{quote}"
        if random_.random() < 0.1:
            text = f'call("{item}")'
        if random_.random() < 0.15:
            text = "# above" + random_.choice(["", " more\n\n    # and"]) + "\n        " + text
        text += "," if layout == "many" or random_.random() < 0.5 or item is not items[-1] else ""
        if random_.random() < 0.15:
            text += "  # behind"
        lines.append(random_.choice(["", "\n"] if layout == "many" else [""]) + "        " + text)
    if random_.random() < 0.1:
        lines.append("        # closing")
    return "[\n" + "\n".join(lines) + "\n    ]"


def random_call(random_: random.Random, number: int) -> str:
    """A call with arguments in any order and layout."""
    parts = [f'name = "t{number}"', "testonly = True", "size = 'small'", 'env = {"a": "b"}', 'x = glob(["*.txt"])']
    parts = parts[:1] + random_.sample(parts[1:], random_.randrange(4))
    parts += [f"{name} = {random_list(random_)}" for name in random_.sample(NAMES, random_.randrange(5))]
    random_.shuffle(parts)
    if random_.random() < 0.2 and not any("\n" in part or "#" in part for part in parts):
        return f"py_test({', '.join(parts)})"
    lines = []
    for part in parts:
        above = random_.choice(["", "", "", "    # about it\n", "\n    # apart\n", "    # one\n\n    # two\n"])
        behind = random_.choice(["", "", "", "  # behind"]) if not part.endswith(" # closing") else ""
        lines.append(f"{above}    {part},{behind}")
    closing = random_.choice(["", "", "", "\n    # the end"])
    return "py_test(\n" + "\n".join(lines) + closing + "\n)"


def buildified(text: str) -> str:
    command = ["buildifier", "-type=build", "-lint=off"]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout


def test_calls_come_out_as_buildifier_writes_them() -> None:
    random_ = random.Random(11)
    calls = [random_call(random_, number) for number in range(600)]
    text = "\n\n".join(calls) + "\n"
    file = SourceFile("BUILD", FileKind.BUILD, text.encode())
    assert len(file.statements) == len(calls)
    formed = []
    for statement in file.statements:
        call = call_of(file, statement)
        assert call is not None
        formed.append(call_text(call, None, {}, ()))
    assert None not in formed
    result = b"\n\n".join(item for item in formed if item is not None).decode() + "\n"
    wanted = buildified(text)
    for mine, theirs in zip(result.split("\n\npy_test("), wanted.split("\n\npy_test("), strict=True):
        assert mine == theirs


def test_what_is_in_form_stays_as_it_is() -> None:
    random_ = random.Random(12)
    wanted = buildified("\n\n".join(random_call(random_, number) for number in range(200)) + "\n")
    file = SourceFile("BUILD", FileKind.BUILD, wanted.encode())
    for statement in file.statements:
        call = call_of(file, statement)
        assert call is not None
        assert call_text(call, None, {}, ()) == file.data[call.start : call.end]


STATEMENTS = [
    'load("@a//:a.bzl", "a")',
    'load("@b//:b.bzl", "b")',
    'package(default_visibility = ["//visibility:public"])',
    "X = 1",
    'a(name = "a")',
    'b(\n    name = "b",\n    srcs = ["x"],\n)',
    '[a(name = x) for x in ["p"]]',
    "# gazelle:python_root",
    "# gazelle:python_root\n# gazelle:python_extension enabled",
]


def random_file(random_: random.Random) -> str:
    """Statements and comments with more or fewer empty lines between them than there should be."""
    chosen = sorted(random_.choices(range(len(STATEMENTS)), k=random_.randrange(1, 7)))
    loads = [STATEMENTS[index] for index in sorted(set(chosen)) if index < 2]
    rest = [STATEMENTS[index] for index in chosen if index >= 2]
    random_.shuffle(rest)
    text = "\n" * random_.randrange(2)
    for statement in [*loads, *rest]:
        comment = random_.choice(["", "", "", "# about\n", "# apart\n\n", "# one\n\n\n# two\n"])
        text += comment + statement + "\n" * random_.choice([1, 1, 2, 3])
    return text.rstrip("\n") + random_.choice(["", "\n", "\n\n\n", "\n# end", "\n\n# end\n\n"])


def test_a_file_that_changes_gets_its_empty_lines_as_buildifier_sets_them() -> None:
    random_ = random.Random(13)
    for _ in range(150):
        text = random_file(random_)
        mine = changed("BUILD", text.encode(), [], [("py_library", "new", {"srcs": ("x.py",)})], {}, ())
        assert mine.decode() == buildified(text + '\n\npy_library(\n    name = "new",\n    srcs = ["x.py"],\n)\n')
        windows = changed("BUILD", text.replace("\n", "\r\n").encode(), [], [("x", "new", {})], {}, ())
        assert windows.count(b"\n") == windows.count(b"\r\n") or text.count("\n") == 0


def test_other_statements_of_a_file_that_changes_keep_their_bytes() -> None:
    random_ = random.Random(14)
    messy = ['a(name="a",srcs=["z","a"])', "b( name = 'b' ,\n  x=[ 1,2 ]\n)", "Y=[\n# in\n\n\n1]  # behind", "c(\n)"]
    for _ in range(100):
        chosen = [*random_.sample(messy, 3), random_file(random_).strip()]
        text = ("\n" * random_.randrange(1, 4)).join(["", *random_.sample(chosen, 4), ""])
        before = SourceFile("BUILD", FileKind.BUILD, text.encode())
        data = changed("BUILD", before.data, [], [("py_library", "new", {})], {}, ())
        after = SourceFile("BUILD", FileKind.BUILD, data)
        assert [item.text.rstrip() for item in after.statements if not item.is_load][:-1] == [
            item.text.rstrip() for item in before.statements if not item.is_load
        ]
        assert changed("BUILD", data, [], [], {}, ()) == data


LOADED = ["//a:a.bzl", "//b:b.bzl", "@c//:c.bzl", ":d.bzl", "//a/b:c.bzl", "@a//x:y.bzl"]


def random_load(random_: random.Random, number: int) -> str:
    """A load with symbols in any order, on one line or many."""
    symbols = [f'"s{number}{letter}"' for letter in random_.sample("abcd", random_.randrange(1, 4))]
    symbols += [f'{letter}{number} = "s{number}"' for letter in random_.sample("nm", random_.randrange(2))]
    random_.shuffle(symbols)
    symbols.sort(key=lambda symbol: "=" in symbol)
    parts = [f'"{random_.choice(LOADED)}"', *symbols]
    if random_.random() < 0.3:
        return "load(\n" + "".join(f"    {part},\n" for part in parts) + ")"
    return f"load({', '.join(parts)})"


def file_of_loads(random_: random.Random) -> str:
    """Loads and other statements in any order, with comments above, behind and between them."""
    out = ['"""What it is."""'] if random_.random() < 0.2 else []
    for number in range(random_.randrange(2, 7)):
        if random_.random() < 0.15:
            out.append(f"# apart {number}")
        above = random_.choice(["", "", "", "", f"# above {number}\n"])
        behind = random_.choice(["", "", "", "", f"  # behind {number}"])
        load = random_.random() < 0.65
        out.append(above + (random_load(random_, number) if load else f'rule(name = "r{number}")') + behind)
    return "\n\n".join(out) + "\n"


def test_loads_come_out_in_buildifiers_order_unless_it_would_lose_a_comment() -> None:
    random_ = random.Random(5)
    lossless = 0
    for _ in range(150):
        text = file_of_loads(random_)
        new = [("py_library", "new", {"srcs": ("a.py",)})]
        bind = {"py_library": ("@rules_python//python:defs.bzl", "py_library")}
        made = changed("BUILD", text.encode(), (), new, bind, ()).decode()
        wanted = buildified(made)
        parts = set(re.findall(r"# .*|\w+", text))
        assert not parts - set(re.findall(r"# .*|\w+", made))
        if not parts - set(re.findall(r"# .*|\w+", wanted)):
            lossless += 1
            assert made == wanted
    assert lossless > 100
