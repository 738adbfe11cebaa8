"""The import scanner, held against `ast` wherever some Python can parse the source, and on what none can."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.imports import Facts, scan
from tests.generator.imports_by_ast import imports_in, main_guard_in

ORACLE = Path(__file__).with_name("imports_by_ast.py")
PYTHONS = sorted(Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")).glob("versions/*/bin/python"))
PYTHONS = PYTHONS or [Path(sys.executable)]


def names(facts: Facts) -> list[tuple[str, str]]:
    return [(item.name, item.source) for item in facts.imports]


def lines(text: str) -> list[tuple[str, int]]:
    return [(item.name, item.line) for item in scan(text.encode()).imports]


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("import a", [("a", "")]),
        ("import a.b as c, d", [("a.b", ""), ("d", "")]),
        ("from a.b import c, d as e", [("a.b.c", "a.b"), ("a.b.d", "a.b")]),
        ("from a import *", [("a.*", "a")]),
        ("from . import x", [(".x", ".")]),
        ("from .. import x", [("..x", "..")]),
        ("from ...a.b import x", [("...a.b.x", "...a.b")]),
        ("from .import x", [(".x", ".")]),
        ("from a import(b)", [("a.b", "a")]),
        ("from a import (\n    b,  # one\n    # two\n    c as d,\n)", [("a.b", "a"), ("a.c", "a")]),
        ("import \\\n  a \\\n , b", [("a", ""), ("b", "")]),
        ("from\ta . b\\\n.c  import  d", [("a.b.c.d", "a.b.c")]),
        ("try: import a\nexcept ImportError: import b", [("a", ""), ("b", "")]),
        ("x = 1; import a; from b import c", [("a", ""), ("b.c", "b")]),
        ("if x:\r\n\timport a\r\n", [("a", "")]),
        ("\ufeffimport a", [("a", "")]),
        ("lazy import a\nlazy from b import c\nlazy = 1", [("a", ""), ("b.c", "b")]),
        ("import_ = 1\nfrom_import = 2\nimportlib = 3", []),
        ("raise X(\n) \\\nfrom y", []),
        ("def f():\n    x = (yield\n         from g())", []),
        ("'''\nimport a\n'''\n\"\"\"\nfrom b import c\n\"\"\"", []),
        ("x = 'import a' # import b\n# import c", []),
        ("x = '''a\\'''\nimport b\n'''", []),
        ("x = r'\\\\'\nimport a", [("a", "")]),
        ("x = 'a\\\nimport b\\\n'\nimport c", [("c", "")]),
        ("x = ''\nimport a", [("a", "")]),
        ('x = """a""" """"b"""\nimport a', [("a", "")]),
        ('x = f"{a["b"]}"\nimport c', [("c", "")]),
        ('x = f"{f"{f"{1}"}"}"\nimport c', [("c", "")]),
        ('x = f"{\'}\'}" + "{"\nimport c', [("c", "")]),
        ('x = f"{{" + f"}}"\nimport c', [("c", "")]),
        ('x = f"{a:{b}>{c}}" rf"\\{d}" t"{e!r:x}"\nimport c', [("c", "")]),
        ('x = f"""\nimport a\n{b["""\nimport c\n"""]}\n"""\nimport d', [("d", "")]),
        ('x = f"{\n  a  # it\'s\n}"\nimport b', [("b", "")]),
        ('x = f"\\N{DASH}{a}"\nimport b', [("b", "")]),
        ('if"x"in y: import a', [("a", "")]),
        ('x = b"\\"" Rb"""\n"""\nimport a', [("a", "")]),
        ("print 'a', `b`\nexec 'import c'\nexcept A, b: import d", [("d", "")]),
        ("type X[T: (int, str)] = list[T]\nmatch x:\n    case {'import': y}: import z", [("z", "")]),
        ("é = 1\nfrom é.ü import ö", [("é.ü.ö", "é.ü")]),
        ("class A: import b", [("b", "")]),
        ("import a as b as c", [("a", "")]),
        ("from a import (b,\n\nimport c", [("a.b", "a"), ("c", "")]),
        ("it's not Python\nimport a", [("a", "")]),
        ("import", []),
        ("from a import", []),
        ("from import b", []),
    ],
)
def test_names(source: str, wanted: list[tuple[str, str]]) -> None:
    assert names(scan(source.encode())) == wanted


def test_lines_are_those_of_the_names() -> None:
    assert lines('"""\n\n"""\nimport a, \\\n  b\nfrom c import (\n    d,\n    e,\n)\nimport f\n') == [
        ("a", 4),
        ("b", 5),
        ("c.d", 7),
        ("c.e", 8),
        ("f", 10),
    ]


@pytest.mark.parametrize(
    ("source", "types"),
    [
        ("if TYPE_CHECKING:\n    import a\nimport b", "a"),
        ("if typing.TYPE_CHECKING:\n    import a\n\n    # x\nimport b", "a"),
        ("if t.TYPE_CHECKING: import a; import b\nimport c", "ab"),
        ("if TYPE_CHECKING:\n    import a\nelse:\n    import b", "a"),
        ("if TYPE_CHECKING:\n    import a\nelif x:\n    import b", "a"),
        ("if x:\n    import a\nelif TYPE_CHECKING:\n    import b\nelse:\n    import c", "b"),
        ("if not TYPE_CHECKING:\n    import a\nelse:\n    import b\nimport c", "b"),
        ("if TYPE_CHECKING or x:\n    import a", ""),
        ("if TYPE_CHECKING:\n  if x:\n      import a\n  import b\nimport c", "ab"),
        ("if TYPE_CHECKING:\n    x = (\n1,\n)\n    y = '''\nz'''\n    import a\nimport b", "a"),
        ("def f():\n    if TYPE_CHECKING:\n        import a\n    import b", "a"),
        ("if TYPE_CHECKING:\n\timport a\n\t# c\n# d\n\timport b\nimport c", "ab"),
        ("x = '''\nif TYPE_CHECKING:\n    '''\nimport a", ""),
        ("if TYPE_CHECKING:\n    from a import (\nb,\n    )\nimport c", ["a.b"]),
    ],
)
def test_type_checking(source: str, types: list[str] | str) -> None:
    assert [item.name for item in scan(source.encode()).imports if item.type_only] == list(types)


@pytest.mark.parametrize(
    ("source", "guarded"),
    [
        ("if __name__ == '__main__':\n    pass", True),
        ('if "__main__" == __name__: pass', True),
        ("if __name__=='__main__':pass", True),
        ("if __name__ == \\\n    '__main__':\n    pass", True),
        ("if (__name__ == '__main__'):\n    pass", False),
        ("if __name__ == '__main__' and x:\n    pass", False),
        ("if __name__ in ('__main__',):\n    pass", False),
        ("if __name__ != '__main__':\n    pass", False),
        ("def f():\n    if __name__ == '__main__':\n        pass", False),
        ("if x:\n    pass\nelif __name__ == '__main__':\n    pass", False),
        ("'''\nif __name__ == '__main__':\n    pass\n'''", False),
        ("# if __name__ == '__main__':", False),
    ],
)
def test_main_guard(source: str, guarded: bool) -> None:
    assert scan(source.encode()).main_guard is guarded


def test_annotations() -> None:
    source = (
        "# gazelle:ignore a,b\n## # gazelle:include_dep //x\nx = 1  #gazelle:other  y # z\n    # gazelle:none\n"
        "'# gazelle:in string'\n# not gazelle:this one\nfrom a import (  # gazelle:ignore a\n    b,\n)\n# gazelle:last "
    )
    found = [(item.line, item.name, item.value) for item in scan(source.encode()).annotations]
    assert found == [
        (1, "ignore", "a,b"),
        (2, "include_dep", "//x"),
        (3, "other", " y # z"),
        (4, "none", None),
        (7, "ignore", "a"),
        (10, "last", ""),
    ]


@pytest.mark.parametrize(
    "source", ["x = '''", "x = 'a", "from a import (b", "import a b", "from a import b c", "f(", "x = [(]", "y = )"]
)
def test_broken_sources_are_told(source: str) -> None:
    assert scan(f"import os\n\n{source}\n".encode()).error >= 3


@given(st.binary(max_size=300))
def test_any_bytes_give_something(data: bytes) -> None:
    scan(data)


@given(st.text(alphabet="fFrRbBtT\"'{}#\\\n:;=!x import from.as()\t", max_size=120))
@settings(max_examples=400)
def test_hostile_text_is_read_as_python_reads_it(text: str) -> None:
    facts = scan(text.encode())
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return
    if sys.version_info >= (3, 12) or not any(mark in text.lower() for mark in "ft"):
        assert sorted(names(facts)) == sorted(imports_in(tree))


_WORD = st.sampled_from(["a", "b_c", "Dé", "imports", "from_", "lazy", "iff"])
_TEXT = st.sampled_from(["", "import z", "from z import y", "'", '"', "#", "{", "\\\\", "it''s", "\\n", "gazelle:x"])


@st.composite
def _string(draw: st.DrawFn) -> str:
    prefix = draw(st.sampled_from(["", "r", "b", "Rb", "u", "f"]))
    quote = draw(st.sampled_from(["'", '"', "'''", '"""']))
    text = draw(_TEXT).replace(quote[0], "")
    if len(quote) == 3:
        text += draw(st.sampled_from(["", "\nimport z\n", "\n    if TYPE_CHECKING:\n"]))
    return prefix + quote + (text.replace("{", "{{") if prefix == "f" else text) + quote


@st.composite
def _import(draw: st.DrawFn) -> str:
    dotted = ".".join(draw(st.lists(_WORD, min_size=1, max_size=3)))
    if draw(st.booleans()):
        return f"import {dotted}{draw(st.sampled_from(['', ' as x', ', q']))}"
    items = draw(st.lists(_WORD, min_size=1, max_size=3))
    dots = "." * draw(st.integers(0, 3))
    if draw(st.booleans()):
        inner = ",  # it's\n".join(items)
        return f"from {dots}{dotted} import (\n{inner}\n)"
    return f"from {dots}{dotted} import {', '.join(items)}"


@st.composite
def _block(draw: st.DrawFn, depth: int = 0) -> str:
    indent = "    " * depth
    out = []
    for _ in range(draw(st.integers(1, 4))):
        kind = draw(st.integers(0, 6))
        if kind <= 2:
            out.append(indent + draw(_import()))
        elif kind == 3:
            out.append(f"{indent}x = {draw(_string())}  # import no")
        elif kind == 4:
            out.append(f"{indent}x = [\n{draw(_string())},\n  1, (2\n)]; {draw(_import())}")
        elif kind == 5 and depth < 3:
            head = draw(st.sampled_from(["if TYPE_CHECKING:", "def f():", "try:", "class A:", "with x as y:"]))
            out.append(f"{indent}{head}\n{draw(_block(depth + 1))}")
            if head == "try:":
                out.append(f"{indent}finally: {draw(_import())}")
            elif head.startswith("if"):
                out.append(f"{indent}else:\n{draw(_block(depth + 1))}")
        else:
            out.append(f"{indent}# import nothing\n{indent}pass")
    return "\n".join(out)


@given(_block())
@settings(max_examples=300, deadline=None)
def test_programs_are_read_as_python_reads_them(text: str) -> None:
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return
    facts = scan(text.encode())
    assert facts.error == 0
    assert sorted(names(facts)) == sorted(imports_in(tree))
    assert {(item.name, item.line) for item in facts.imports if item.type_only} == _type_only(tree)


def _type_only(tree: ast.AST) -> set[tuple[str, int]]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            for statement in node.body:
                for inner in ast.walk(statement):
                    if isinstance(inner, ast.Import):
                        found |= {(alias.name, alias.lineno) for alias in inner.names}
                    elif isinstance(inner, ast.ImportFrom):
                        source = "." * inner.level + (inner.module or "")
                        prefix = source if source.endswith(".") else source + "."
                        found |= {(prefix + alias.name, alias.lineno) for alias in inner.names}
    return found


@pytest.mark.parametrize("python", PYTHONS, ids=lambda path: path.parent.parent.name)
def test_standard_libraries_are_read_as_their_pythons_read_them(python: Path) -> None:
    """Every file of a sample of the standard library, as the interpreter it belongs to parses it."""
    command = [str(python), "-c", "import os; print(os.path.dirname(os.__file__))"]
    library = Path(subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip())
    found = sorted(path for path in library.rglob("*.py") if "site-packages" not in path.parts)
    # Files about syntax are where readers go wrong; of the rest a part stands for all.
    chosen = [path for path in found if "fstring" in path.name or "grammar" in path.name or hash_of(path) % 40 == 0]
    assert chosen
    listed = "".join(f"{path}\n" for path in chosen)
    done = subprocess.run(
        [str(python), "-W", "ignore", str(ORACLE)], input=listed, capture_output=True, text=True, check=True
    )
    for path, answer in zip(chosen, done.stdout.splitlines(), strict=True):
        wanted = json.loads(answer)
        if wanted is None:  # bad on purpose
            continue
        facts = scan(path.read_bytes())
        assert facts.error == 0, path
        assert sorted([item.name, item.source] for item in facts.imports) == wanted["imports"], path
        assert facts.main_guard is wanted["main_guard"], path


def hash_of(path: Path) -> int:
    """A number that is the same on every run."""
    return sum(path.name.encode())


def test_the_oracle_agrees_with_itself() -> None:
    tree = ast.parse("import a\nfrom .b import c\nif __name__ == '__main__': pass")
    assert imports_in(tree) == [("a", ""), (".b.c", ".b")]
    assert main_guard_in(tree)
