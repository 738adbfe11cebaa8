"""Wheels that have parts of the same packages, and wheels that are in each other's way."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.rules.bazel import Workspace
from tests.wheels import make_wheel

_MAIN = "WHO = '{0}'\n\n\ndef main():\n    import sys\n    print('{0}', sys.prefix)\n"
_SCRIPT = "#!python\nimport sys\nprint('script of {}', sys.prefix)\n"
_OLD_NAMESPACE = "__path__ = __import__('pkgutil').extend_path(__path__, __name__)  # {}\n"


def _wheel(directory: Path, name: str, files: dict[str, str]) -> None:
    files = {path: f"WHO = '{name}'\n" for path in files if path.endswith(".py") and not files[path]} | {
        path: text for path, text in files.items() if text
    }
    script = {f"part_{name}-1.0.data/scripts/script-{name}": _SCRIPT.format(name)}
    make_wheel(directory, "part_" + name, files | script, console_scripts={"cmd-" + name: f"parts.{name}:main"})


@pytest.fixture(scope="module")
def merging(workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The workspace with the wheels that `merging/BUILD.bazel` unpacks."""
    directory = workspace.root / "merging"
    one = dict.fromkeys(("parts/__init__.py", "parts/sub/__init__.py", "parts/sub/from_one.py"), "")
    one |= dict.fromkeys(("open_ns/nested/__init__.py", "open_ns/nested/one.py"), "")
    _wheel(directory, "one", one | {"parts/one.py": _MAIN.format("one"), "parts/one.txt": "one"})
    two = dict.fromkeys(("parts/sub/from_two.py", "open_ns/nested/two.py"), "")
    _wheel(directory, "two", two | {"parts/two.py": _MAIN.format("two"), "parts/two.txt": "two"})
    _wheel(directory, "three", {"parts/three/__init__.py": _MAIN.format("three"), "open_ns/three.py": ""})
    rival = {"parts/one.py": "WHO = 'rival'\n", "parts/rival.py": "", "parts/two_faced.py": "WHO = 'rival'\n"}
    same = {"parts/__init__.py": "WHO = 'one'\n", "parts/two_faced.py": "WHO = 'same'\n"}
    for name, files in (("rival", rival), ("same", same)):
        namespace = {"old_ns/__init__.py": _OLD_NAMESPACE.format(name), f"old_ns/{name}.py": ""}
        make_wheel(directory, name, files | namespace, console_scripts={"cmd-one": "parts:other"})
    make_wheel(directory, "native", _native(tmp_path_factory.mktemp("native")))
    return workspace


def _native(work: Path) -> dict[str, str | bytes]:
    """Two extension modules with a library of their own, as auditwheel would lay them out."""
    compiler = shutil.which("cc")
    assert compiler, "a C compiler is needed"
    (work / "answer.c").write_text("int answer(void) { return 42; }\n")
    source = Path(__file__).parent / "native.c"
    shared = [compiler, "-shared", "-fPIC", "-o"]
    subprocess.run([*shared, work / "libanswer.so", work / "answer.c"], check=True)
    members: dict[str, str | bytes] = {
        "native.libs/libanswer.so": (work / "libanswer.so").read_bytes(),
        "native_package/__init__.py": "",
        "native-1.0.data/headers/inner.h": "",
        "native-1.0.data/data/include/native.h": "",
    }
    for name, libraries in (("native_single", "native.libs"), ("native_package/native_inner", "../native.libs")):
        output = work / "module.so"
        path = f"-Wl,-rpath,$ORIGIN/{libraries}"
        subprocess.run([*shared, output, source, f"-L{work}", "-lanswer", path], check=True)
        members[name + ".abi3.so"] = output.read_bytes()
    return members


def test_parts_of_one_package(merging: Workspace) -> None:
    """All parts can be imported, whatever is known of the wheels, and whichever comes first."""
    merging.bazel("test", "//merging/...", "--test_output=errors").check()


def test_known_parts_are_links_in_one_directory(merging: Workspace) -> None:
    """Where the build knows what each wheel has, files stand beside each other, and nothing looks into wheels."""
    result = merging.bazel("run", "//merging:linked").check()
    names = ["__init__.py", "one.py", "one.txt", "sub", "three", "two.py", "two.txt"]
    assert result.out == f"{names} {['__init__.py', 'from_one.py', 'from_two.py']} True\n"
    assert "PyVenvWheels" not in merging.bazel("aquery", "--output=summary", "//merging:linked").check().out


_FILES = ("file parts/one.py", "file parts/two_faced.py", "console script cmd-one")


@pytest.mark.parametrize("kind", ["blind", "dirs", "files"])
def test_collisions(merging: Workspace, kind: str) -> None:
    """Files that differ are named with both wheels, those that do not differ are not; the policy decides."""
    error = merging.bazel("build", f"//merging:error_{kind}")
    assert error.code == 1
    assert 'Depend on one of them only, or set package_collisions = "warning" or "ignore".' in error.err
    assert "Traceback" not in error.err
    warning = merging.bazel("build", f"//merging:warning_{kind}").check()
    for said in (error.err, warning.err):
        assert f"//merging:{{}}_{kind}: wheels collide".format("error" if said == error.err else "warning") in said
        for collision in _FILES:
            assert collision in said, said
        assert f"//merging:one_{kind}" in said and "//merging:rival" in said
        assert "__init__.py:" not in said and "parts/rival.py" not in said
    ignore = merging.bazel("build", f"//merging:ignore_{kind}").check()
    assert "collide" not in ignore.err
