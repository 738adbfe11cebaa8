"""The compiler as a program that runs once: arguments, outputs, messages."""

import os
import stat
from pathlib import Path

import pytest

from .compiler import in_python, one_shot, triple

HEADER = """
import importlib.util, marshal, sys
source, pyc = open(sys.argv[1], "rb").read(), open(sys.argv[2], "rb").read()
assert pyc[:4] == importlib.util.MAGIC_NUMBER
assert pyc[8:16] == importlib.util.source_hash(source), "hash"
code = marshal.loads(pyc[16:])
assert code == compile(source, sys.argv[3], "exec", dont_inherit=True, optimize=int(sys.argv[4])), "code"
assert code.co_filename == sys.argv[3]
print(int.from_bytes(pyc[4:8], "little"))
"""
DOCUMENTED = '''"""module"""
from __future__ import annotations
class C:
    """class"""
    "would be the docstring if the one above were not there"
    def method(self):
        """method"""
        assert self is None, "asserted"
if True:
    try:
        async def coroutine():
            """coroutine"""
    finally:
        f = lambda: "value"
        g = lambda: 0 if f else 1
def only():
    "only"
def documented_by_nothing():
    0
    "not a docstring"
'''
SHOW = """
import {0} as m
try:
    m.C().method(); asserts = False
except AssertionError:
    asserts = True
documented = [o.__doc__ for o in (m, m.C, m.C.method, m.coroutine, m.only) if o.__doc__]
print(asserts, len(documented), m.f(), m.only())
"""


def write(path: Path, text: "str | bytes") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file() or path.is_symlink()}


@pytest.mark.parametrize(
    ("mode", "optimize", "flags"),
    [
        ("checked_hash", "0", "3"),
        ("unchecked_hash", "1", "1"),
        ("UNCHECKED_HASH", "2", "1"),
        ("Checked_Hash", "-1", "3"),
    ],
)
def test_output_is_a_valid_pyc(python: str, tmp_path: Path, mode: str, optimize: str, flags: str) -> None:
    src = write(tmp_path / "a b.py", DOCUMENTED)
    pyc = tmp_path / "out" / "__pycache__" / "a.pyc"
    arguments = ["--invalidation_mode", mode, "--optimize", optimize, *triple(src, "pkg/é a.py", pyc)]
    run = one_shot(python, *arguments)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
    assert in_python(python, HEADER, src, pyc, "pkg/é a.py", max(int(optimize), 0)) == f"{flags}\n"
    assert names(tmp_path) == {"a b.py", "a.pyc"}


@pytest.mark.parametrize(
    ("what", "shown"),
    [
        ("0", "True 5"),
        ("asserts", "False 5"),
        ("1", "False 5"),
        ("docstrings", "True 0"),
        ("Asserts,docstrings", "False 0"),
        ("docstrings,asserts", "False 0"),
        ("2", "False 0"),
    ],
)
def test_optimization_is_a_set(python: str, tmp_path: Path, what: str, shown: str) -> None:
    src = write(tmp_path / "source.py", DOCUMENTED)
    assert one_shot(python, f"--optimize={what}", *triple(src, "source.py", tmp_path / "m.pyc")).returncode == 0
    script = f"import sys; sys.path.insert(0, {str(tmp_path)!r})" + SHOW.format("m")
    assert in_python(python, script) == f"{shown} value None\n"


def test_stripping_leaves_all_else(python: str, tmp_path: Path) -> None:
    """Without docstrings to strip, the code is that of level 0, column by column."""
    src = write(tmp_path / "a.py", "x = 1\ndef f(a, *, b=2):\n    return [a for b in a if a], f'{x!r:>{b}}'\n")
    outputs = []
    for what in ("0", "docstrings"):
        outputs.append(tmp_path / what)
        assert one_shot(python, "--optimize", what, *triple(src, "a.py", outputs[-1])).returncode == 0
    assert outputs[0].read_bytes() == outputs[1].read_bytes()


def test_level_of_the_interpreter(some_python: str, tmp_path: Path) -> None:
    src = write(tmp_path / "a.py", "assert 0\n")
    pycs = [tmp_path / name for name in ("a", "b", "c")]
    one_shot(some_python, "--optimize=-1", *triple(src, "a.py", pycs[0]), flags=("-S", "-O"))
    one_shot(some_python, "--optimize=1", *triple(src, "a.py", pycs[1]))
    one_shot(some_python, *triple(src, "a.py", pycs[2]), flags=("-S", "-O"))
    assert pycs[0].read_bytes() == pycs[1].read_bytes() != pycs[2].read_bytes()


def test_params_file(some_python: str, tmp_path: Path) -> None:
    src = write(tmp_path / "a.py", "x = 1\n")
    odd = tmp_path / "@ =odd' \u2028.pyc"
    inner = write(tmp_path / "inner", "\n".join(triple(src, "@name", odd)))
    params = write(
        tmp_path / "params", f"--optimize\n1\n--src={src}\n--src_name==x=\n--pyc={tmp_path}/b.pyc\n@{inner}\n"
    )
    assert one_shot(some_python, f"@{params}").returncode == 0
    assert in_python(some_python, HEADER, src, odd, "@name", 1) == "3\n"
    assert in_python(some_python, HEADER, src, tmp_path / "b.pyc", "=x=", 1) == "3\n"


def test_locale_does_not_matter(some_python: str, tmp_path: Path) -> None:
    src = write(tmp_path / "é.py", "x = 1\n")
    params = write(tmp_path / "params", "\n".join(triple(src, "ü.py", tmp_path / "ö.pyc")))
    env = {**os.environ, "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    assert one_shot(some_python, f"@{params}", env=env).returncode == 0
    assert in_python(some_python, HEADER, src, tmp_path / "ö.pyc", "ü.py", 0) == "3\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "at least once; there are 0, 0 and 0"),
        (["--src", "a", "--src_name", "b"], "there are 1, 1 and 0"),
        (["--nonsense"], "unexpected argument '--nonsense'"),
        (["nonsense"], "unexpected argument 'nonsense'"),
        (["--src"], "--src needs a value"),
        (["--optimize", "3", *triple("a", "b", "c")], "'3' is not one of: -1 0 1 2"),
        (["--optimize=doc", *triple("a", "b", "c")], "'doc' is not one of"),
        (["--invalidation_mode=timestamp"], "'timestamp' is not one of: checked_hash unchecked_hash"),
        (["--on_error=x"], "fail source"),
        (["@missing"], "@missing: cannot read the params file: No such file"),
        (["@self"], "more than 100 params files"),
        (["--jobs=x", *triple("a", "b", "c"), *triple("a", "b", "d")], "'x' is not a number"),
        ([*triple("a", "b", "c"), *triple("d", "e", "c")], "the same output is given twice: c"),
        (["--python_version=3.7", *triple("a", "b", "c")], "bytecode for Python 3.7 was asked for"),
        (["--python_version=3", *triple("a", "b", "c")], "bytecode for Python 3 was asked for"),
    ],
)
def test_wrong_arguments(some_python: str, tmp_path: Path, arguments: list[str], message: str) -> None:
    write(tmp_path / "self", "@self\n")
    run = one_shot(some_python, *arguments, cwd=tmp_path)
    assert (run.returncode, run.stdout) == (2, "")
    assert message in run.stderr and run.stderr.count("\n") == 1, run.stderr
    assert names(tmp_path) == {"self"}


def test_right_python_version(python: str, tmp_path: Path) -> None:
    src = write(tmp_path / "a.py", "x = 1\n")
    for version in in_python(
        python, "import sys; print('%d.%d %d.%d.%d' % (*sys.version_info[:2], *sys.version_info[:3]))"
    ).split():
        assert one_shot(python, "--python_version", version, *triple(src, "a.py", tmp_path / "a.pyc")).returncode == 0


def test_syntax_error(python: str, tmp_path: Path) -> None:
    bad = write(tmp_path / "bad.py", "x = 1\nif x:\n\ty = = 2\n")
    good = write(tmp_path / "good.py", "x = 1\n")
    run = one_shot(
        python, *triple(good, "p/good.py", tmp_path / "good.pyc"), *triple(bad, "p/bad.py", tmp_path / "bad.pyc")
    )
    assert run.returncode == 1
    assert run.stdout == ""
    lines = run.stderr.splitlines()
    assert lines[0] in ("p/bad.py:3:6: SyntaxError: invalid syntax", "p/bad.py:3:7: SyntaxError: invalid syntax")
    assert lines[1] == "    \ty = = 2"
    assert lines[2] == "    \t" + " " * (int(lines[0].split(":")[2]) - 2) + "^"
    assert len(lines) == 3
    assert names(tmp_path) == {"bad.py", "good.py"}


@pytest.mark.parametrize(
    ("source", "line"),
    [
        (b"x = 1\ny = '\0'\n", 2),
        (b"x = 1\n\ny = '\xff'\n", 3),
        (b"# coding: nonsense\n", 1),
        (b"(" * 5000 + b")" * 5000, 1),
        (b"-" * 200000 + b"1", 1),
        (b"x = 1\n  y = 2\n", 2),
        (b"def f():\n  return\n  nonlocal x\n", 3),
        (b"x = '''\n", 1),
        (b"x" * 5000 + b" = = 1", 1),
    ],
)
def test_what_does_not_compile(python: str, tmp_path: Path, source: bytes, line: int) -> None:
    src = write(tmp_path / "bad.py", source)
    run = one_shot(python, *triple(src, "p/bad.py", tmp_path / "bad.pyc"))
    if source.startswith(b"-") and run.returncode == 0:
        return  # later versions take it
    assert run.returncode in (1, -11), run.stderr  # old versions crash on some
    if run.returncode == 1:
        start = f"p/bad.py:{line}:"
        # The parser of 3.8 has a line of its own to say before that.
        assert run.stderr.replace("s_push: parser stack overflow\n", "").startswith(start), run.stderr
        assert "Traceback" not in run.stderr
        assert all(len(text) < 400 for text in run.stderr.splitlines())
    assert names(tmp_path) == {"bad.py"}


@pytest.mark.parametrize("layout", ["cache", "sourceless"])
@pytest.mark.parametrize("source", ["print 'Python 2'\n", "x = 1\ny = '\0'\n"])
def test_ship_as_source(python: str, tmp_path: Path, layout: str, source: str) -> None:
    src = write(tmp_path / "lib" / "old.py", source)
    tag = in_python(python, "import sys; print(sys.implementation.cache_tag)").strip()
    pyc = tmp_path / "lib" / (f"__pycache__/old.{tag}.pyc" if layout == "cache" else "old.pyc")
    other = write(tmp_path / "new.py", "x = 1\n")
    run = one_shot(
        python, "--on_error=source", *triple(src, "p/old.py", pyc), *triple(other, "new.py", tmp_path / "new.pyc")
    )
    assert run.returncode == 0
    assert "p/old.py:" in run.stderr and "p/old.py: not compiled, shipped as source\n" in run.stderr
    assert (tmp_path / "new.pyc").exists()
    script = f"""
import sys
sys.path.insert(0, {str(tmp_path / "lib")!r})
try:
    import old
except (SyntaxError, ValueError) as error:
    print(type(error).__name__, error)
else:
    print(old.x)
"""
    if layout == "sourceless":
        src.unlink()
    assert "Error" in in_python(python, script)
    if layout == "cache":  # Python reads the source, not the pyc: once that is good, it is what counts
        src.write_text("x = 'from the source'\n")
        assert in_python(python, script) == "from the source\n"


def test_a_missing_source_is_an_error_whatever_the_policy(some_python: str, tmp_path: Path) -> None:
    run = one_shot(some_python, "--on_error=source", *triple(tmp_path / "no.py", "no.py", tmp_path / "no.pyc"))
    assert run.returncode == 1
    assert run.stderr == f"no.py: cannot read {tmp_path}/no.py: No such file or directory\n"


def test_warnings_reach_the_user_and_are_no_errors(python: str, tmp_path: Path) -> None:
    src = write(tmp_path / "a.py", "x = 1\ny = x is 'literal'\n")
    env = {**os.environ, "PYTHONWARNINGS": "error"}
    outputs = []
    for flags, environment in [(("-S",), None), (("-I", "-S"), None), (("-S", "-W", "ignore"), None), (("-S",), env)]:
        pyc = tmp_path / str(len(outputs))
        run = one_shot(python, *triple(src, "p/a.py", pyc), flags=flags, env=environment)
        assert run.returncode == 0
        first, second = run.stderr.splitlines()
        assert first.startswith('p/a.py:2: SyntaxWarning: "is" with')
        assert second == "    y = x is 'literal'"
        outputs.append(pyc.read_bytes())
    assert len(set(outputs)) == 1


def test_outputs_that_must_not_be_replaced(some_python: str, tmp_path: Path) -> None:
    src = write(tmp_path / "a.py", "x = 1\n")
    target = write(tmp_path / "target", "untouched")
    link, folder, fifo = tmp_path / "link.pyc", tmp_path / "folder.pyc", tmp_path / "fifo.pyc"
    link.symlink_to(target)
    folder.mkdir()
    os.mkfifo(fifo)
    for pyc in (link, folder, fifo):
        run = one_shot(some_python, *triple(src, "a.py", pyc))
        assert run.returncode == 1
        assert run.stderr.startswith(f"a.py: cannot write {pyc}: ") and run.stderr.count("\n") == 1
    assert link.is_symlink() and target.read_text() == "untouched"
    assert folder.is_dir() and fifo.is_fifo()
    assert names(tmp_path) == {"a.py", "target", "link.pyc"}


def test_unwritable_output(some_python: str, tmp_path: Path) -> None:
    src = write(tmp_path / "a.py", "x = 1\n")
    run = one_shot(some_python, *triple(src, "a.py", src / "below" / "a.pyc"))
    assert run.returncode == 1
    assert run.stderr == f"a.py: cannot write {src}/below/a.pyc: Not a directory\n"
    run = one_shot(some_python, *triple(src, "a.py", tmp_path / ("x" * 300)))
    assert run.returncode == 1
    assert "File name too long" in run.stderr
    assert names(tmp_path) == {"a.py"}


def test_output_replaces_a_file_and_is_no_program(some_python: str, tmp_path: Path) -> None:
    src = write(tmp_path / "a.py", "x = 1\n")
    src.chmod(0o555)
    pyc = write(tmp_path / ("x" * 240 + ".pyc"), "old")
    pyc.chmod(0o444)
    assert one_shot(some_python, *triple(src, "a.py", pyc)).returncode == 0
    assert pyc.read_bytes() != b"old"
    assert not stat.S_IMODE(pyc.stat().st_mode) & 0o111


def test_all_sources_of_a_target_in_one_run(some_python: str, tmp_path: Path) -> None:
    arguments: list[str] = []
    for number in range(40):
        src = write(tmp_path / "src" / f"m{number}.py", f"x = {number}\n")
        arguments += triple(src, src.name, tmp_path / "out" / f"m{number}.pyc")
    assert one_shot(some_python, "--jobs=3", *arguments).returncode == 0
    assert len(names(tmp_path / "out")) == 40
    script = f"import sys; sys.path.insert(0, {str(tmp_path / 'out')!r}); import m0, m39; print(m0.x, m39.x)"
    assert in_python(some_python, script) == "0 39\n"

    write(tmp_path / "src" / "m7.py", "x = = 1\n")
    write(tmp_path / "src" / "m30.py", "x = = 1\n")
    for jobs in ("--jobs=1", "--jobs=3"):
        run = one_shot(some_python, jobs, *[argument.replace("/out/", "/new/") for argument in arguments])
        assert run.returncode == 1
        assert [line.split(":")[0] for line in run.stderr.splitlines()[::3]] == ["m7.py", "m30.py"]
        assert names(tmp_path / "new") == set()
