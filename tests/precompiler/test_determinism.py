"""The same source, name, mode and interpreter give the same bytes, whatever else the process did or does."""

from pathlib import Path

import pytest

from .compiler import PROGRAM, Worker, in_python, one_shot, triple

# Each holds something that marshal has been seen to write differently from process to process.
AWKWARD = {
    "frozensets": """
def f(x): return x in {'alpha', 'beta', 'gamma', 'with space', b'bytes', 1, 2.5, None, (1, 'delta'), '/'}
def g(x): return x in {'alpha', 'beta', 'gamma', 'with space', b'bytes', 1, 2.5, None, (1, 'delta'), '/'}
def once(x): return x in {'426', '225', '226'}
def twice(x): return x in {'426', '225', '226'}
h = lambda x: x in {'alpha', 'beta', 'no share'} or x in {b'frozenset ', b'frozenset !'}
""",
    "characters": "x = '/', ' ', 'a', '\\xe9', ('-', ('+', '\\u0101')), b'/', b''\ny = x == '/' or x in {'%', '$'}\n",
    "qualified_names": """
class Outer:
    class Inner:
        class Innermost:
            def method(self):
                class Local: name = 'Outer.Inner.Innermost.method.<locals>.Local'
                return Local, 'Outer.Inner', ('Outer.Inner.Innermost', 'Outer.Inner')
def function():
    class Local:
        x = 'function.<locals>.Local', 'Outer.Inner'
    return Local in ('function.<locals>.Local', 'Outer.Inner.method'), Local in {'Outer.Inner', 'b'}
""",
    "names": """
from __future__ import annotations
import os.path as p
caf\xe9 = 'caf\xe9'
def function(alpha, beta: alpha.beta = 'alpha', *, gamma=('alpha', 'beta b'), **rest) -> 'alpha':
    'doc'
    def inner(): return alpha, beta, 'alpha', 'beta b', 300, 300.5, 10**10, -0.0, 0.0, 1j, ...
    return f'{alpha} beta b {beta!r}', inner, [gamma for gamma in 'alpha'], {'alpha': 1, 'beta b': 2}
""",
    "empty": "",
}

# Brings a process into a state as unlike a fresh one as can be, then runs the compiler.
DIRTY = """
import argparse, asyncio, ctypes, decimal, email.message, http.server, json, logging.config, multiprocessing
import random, runpy, sqlite3, sys, threading, typing, unittest.mock, xml.dom.minidom
program, params = sys.argv[1:3]
held = [sys.intern(chr(number)) for number in range(0, 256, 2)]
lines = open(params, encoding="utf-8").read().split("\\n")

def walk(code):
    held.append(code)
    for name in (*code.co_names, *code.co_varnames, getattr(code, "co_qualname", ""), code.co_filename):
        held.append(sys.intern((name + "?")[:-1]))
    items = list(code.co_consts)
    for item in items:
        if isinstance(item, str):
            held.append(sys.intern((item + "?")[:-1]))
        elif isinstance(item, (tuple, frozenset)):
            items += item
        elif hasattr(item, "co_consts"):
            walk(item)

sources = [open(line[6:], "rb").read() for line in lines if line.startswith("--src=")]
random.shuffle(sources)
for source in sources:
    walk(compile(source, "somewhere else", "exec", dont_inherit=True))

def disturb():
    while True:
        for source in sources[:20]:
            compile(source, "in a thread", "exec", dont_inherit=True)

threading.Thread(target=disturb, daemon=True).start()
sys.argv = [program, "@" + params]
sys.path.insert(0, "")
runpy.run_path(program, run_name="__main__")
"""


class Corpus:
    """Some sources, and places for what becomes of them."""

    def __init__(self, python: str, folder: Path):
        self.python = python
        self.folder = folder
        for name, text in AWKWARD.items():
            (folder / f"{name}.py").write_text(text, encoding="utf-8")
        library = Path(in_python(python, "import sysconfig; print(sysconfig.get_path('stdlib'))").strip())
        modules = sorted(library.glob("*.py")) + sorted(library.glob("[a-k]*/*.py"))
        self.sources = [folder / f"{name}.py" for name in AWKWARD]
        self.sources += [path for path in modules if path.stat().st_size < 60_000][::7]

    def name(self, src: Path) -> str:
        return f"pkg/{src.name}"

    def pyc(self, state: str, src: Path) -> Path:
        return self.folder / state / f"{self.sources.index(src)}.pyc"

    def arguments(self, state: str, sources: list[Path]) -> list[str]:
        return [
            f"--{option}={value}"
            for src in sources
            for option, value in (("src", src), ("src_name", self.name(src)), ("pyc", self.pyc(state, src)))
        ]

    def params(self, state: str, *sources: Path) -> str:
        path = self.folder / f"{state}.params"
        path.write_text("\n".join(self.arguments(state, list(sources) or self.sources)), encoding="utf-8")
        return f"@{path}"

    def outputs(self, state: str) -> dict[str, bytes]:
        return {
            f"{self.sources.index(src)} {src.name}": self.pyc(state, src).read_bytes()
            for src in self.sources
            if self.pyc(state, src).exists()
        }

    def differences(self, state: str) -> list[str]:
        first, other = self.outputs("first"), self.outputs(state)
        assert other, state
        return [name for name, data in other.items() if data != first[name]]


def test_same_bytes(python: str, tmp_path: Path) -> None:
    corpus = Corpus(python, tmp_path)
    assert len(corpus.sources) > 40
    sources = corpus.sources
    assert one_shot(python, "--jobs=1", corpus.params("first"), env={"PYTHONHASHSEED": "0"}).returncode == 0
    assert len(corpus.outputs("first")) == len(sources)

    # On its own, at any hash seed.
    for seed, src in enumerate([*sources[: len(AWKWARD)], *sources[-3:]]):
        run = one_shot(python, corpus.params("alone", src), env={"PYTHONHASHSEED": str(seed * 7 + 1)}, flags=("-S",))
        assert run.returncode == 0
    assert corpus.differences("alone") == []

    # Several processes.
    assert one_shot(python, "--jobs=3", corpus.params("processes"), flags=("-I", "-S")).returncode == 0
    assert corpus.differences("processes") == []

    # Other modules, other objects, another order, another thread.
    dirty = tmp_path / "dirty.params"
    dirty.write_text("\n".join(corpus.arguments("dirty", sources[::-1])) + "\n--jobs=1", encoding="utf-8")
    in_python(python, DIRTY, PROGRAM, dirty)
    assert corpus.differences("dirty") == []

    # Workers, with one request at a time and with many, in another order.
    for state, flags in (("async", ["--jobs=2"]), ("serial", ["--worker_impl=serial"])):
        with Worker(python, *flags, env={"PYTHONHASHSEED": "99"}) as worker:
            assert worker.ask(corpus.arguments(state, sources[:1]), 1)["exitCode"] == 0
            for number, src in enumerate(sources[::-1], 2):
                worker.send(corpus.arguments(state, [src]), number)
            answers = [worker.answer() for _ in sources]
            assert sorted(answer["requestId"] for answer in answers) == list(range(2, len(sources) + 2))
            assert {answer["exitCode"] for answer in answers} == {0}
        assert corpus.differences(state) == []


@pytest.mark.parametrize("what", ["docstrings", "2"])
def test_same_bytes_with_optimization(python: str, tmp_path: Path, what: str) -> None:
    corpus = Corpus(python, tmp_path)
    del corpus.sources[25:]
    assert one_shot(python, "--jobs=1", "--optimize", what, corpus.params("first")).returncode == 0
    dirty = tmp_path / "dirty.params"
    arguments = [f"--optimize={what}", "--jobs=1", *corpus.arguments("dirty", corpus.sources[::-1])]
    dirty.write_text("\n".join(arguments), encoding="utf-8")
    in_python(python, DIRTY, PROGRAM, dirty)
    assert corpus.differences("dirty") == []


def test_what_is_loaded_is_what_compile_gives(python: str, tmp_path: Path) -> None:
    """However it is written, the code is the one that this interpreter would have made itself."""
    corpus = Corpus(python, tmp_path)
    assert one_shot(python, corpus.params("first")).returncode == 0
    script = """
import marshal, sys
for line in open(sys.argv[1], encoding="utf-8").read().split("\\n"):
    option, _, value = line.partition("=")
    if option == "--src":
        source = open(value, "rb").read()
    elif option == "--src_name":
        name = value
    else:
        data = open(value, "rb").read()
        code = marshal.loads(data[16:])
        assert code == compile(source, name, "exec", dont_inherit=True, optimize=0), name
        assert code.co_filename == name
        print(len(data[16:]) <= len(marshal.dumps(code)) * 1.01)
"""
    shown = in_python(python, script, tmp_path / "first.params").split()
    assert len(shown) == len(corpus.sources)


def test_constants_that_look_like_our_own_marks(python: str, tmp_path: Path) -> None:
    sources = sorted(PROGRAM.parent.glob("*.py"))
    script = "from marshal import loads as l; c = l(open({!r}, 'rb').read()[16:]); exec(c); print(f(2), f(1), x)"
    src, pyc = tmp_path / "a.py", tmp_path / "a.pyc"
    src.write_text("x = b'frozenset \\x01\\x00\\x00\\x00i\\x01\\x00\\x00\\x00'\nf = lambda y: y in {1}\n")
    assert one_shot(python, *triple(src, "a.py", pyc)).returncode == 0
    assert (
        in_python(python, script.format(str(pyc)))
        == "False True b'frozenset \\x01\\x00\\x00\\x00i\\x01\\x00\\x00\\x00'\n"
    )
    arguments = [argument for path in sources for argument in triple(path, path.name, tmp_path / f"{path.name}c")]
    assert one_shot(python, *arguments).returncode == 0
