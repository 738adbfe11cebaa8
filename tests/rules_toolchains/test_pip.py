"""The module extension `pip`: packages of a lock, from wheels in a directory, behind a URL and in an index."""

from __future__ import annotations

import json

import pytest

from tests.rules_toolchains.conftest import WORKSPACES, Suite
from tests.rules_toolchains.test_extension import ARCHIVES
from tests.rules_toolchains.wheels import locked_wheel, make_lock

pytestmark = pytest.mark.xdist_group("bazel")

_PYTHONS = (
    'python.toolchain(python_version = "<OLD_MINOR>")\n'
    'python.toolchain(python_version = "<NEW_MINOR>", is_default = True)\n'
    + ARCHIVES
    + 'pip = use_extension("<RULES>//python/extensions:pip.bzl", "pip")\nuse_repo(pip, "packages")\n'
    'use_repo(python, "python_versions")\n'
)


def test_units(suite: Suite) -> None:
    """Locks, markers, versions and names of wheels."""
    suite.module("")
    suite.workspace.write(
        {
            "units/BUILD.bazel": 'load(":units.bzl", "check_units")\n\ncheck_units()\n',
            "units/units.bzl": suite.fill((WORKSPACES / "packages" / "units.bzl").read_text()),
        }
    )
    suite.workspace.bazel("query", "//units:all").check()


def test_packages_of_each_version(suite: Suite) -> None:
    """A lock for each of two versions: from a directory, and from an index and URLs; a command is a program."""
    root = suite.workspace.root
    index = root / "index" / "only-old"
    sha256 = locked_wheel(index / "files", "only_old", "3.0", {"only_old.py": "OLD = True\n"})
    for tag in ("cp27-cp27m-manylinux1_x86_64", "py3-none-win32"):
        locked_wheel(index / "files", "only_old", "3.0", {}, tag=tag)
    links = [f'<a href="files/{path.name}">x</a>' for path in (index / "files").iterdir()]
    (index / "index.html").write_text("<html>" + "\n".join(links).replace("any.whl", f"any.whl#sha256={sha256}"))
    words = locked_wheel(root / "urls", "words", "9.0", {"words.py": "WORDS = ['by', 'url']\n"})
    suite.module(
        _PYTHONS
        + 'pip.parse(hub_name = "packages", python_version = "<NEW_MINOR>", requirements_lock = "//:new.txt")\n'
        'pip.parse(hub_name = "packages", python_version = "<OLD_MINOR>", requirements_lock = "//:none.txt",\n'
        '    requirements_by_platform = {"//:old.txt": "linux_*"}, '
        f'extra_pip_args = ["--index-url=file://{root}/index"])\n'
    )
    suite.workspace.write(
        {
            "new.txt": make_lock(root),
            "old.txt": f"only-old==3 --hash=sha256:{sha256}\n"
            f"words @ file://{root}/urls/words-9.0-py3-none-any.whl --hash=sha256:{words}\n",
            "none.txt": "",
            "packages/BUILD.bazel": suite.fill(
                """
load("@packages//:requirements.bzl", "all_requirements", "requirement")
load("<RULES>//python:py_test.bzl", "py_test")
load("<RULES>//python/entry_points:py_console_script_binary.bzl", "py_console_script_binary")
load("@python_versions//<NEW_MINOR>:defs.bzl", py_console_script_binary_new = "py_console_script_binary")

len(all_requirements) == 4 or fail(all_requirements)

py_test(name = "new", srcs = ["new.py"], deps = [requirement("greet-er"), "@packages//words"])
py_test(
    name = "old", srcs = ["old.py"], python_version = "<OLD_MINOR>",
    deps = [requirement("words"), "@packages//only_old:pkg"],
)
py_console_script_binary(name = "greet", pkg = "@packages//greet_er")
py_console_script_binary_new(name = "greet_again", pkg = requirement("Greet_er"), script = "greet")
py_console_script_binary(name = "other", pkg = "@packages//greet_er", script = "other", tags = ["manual"])
py_test(
    name = "commands", srcs = ["commands.py"], args = ["$(rootpaths :greet)", "$(rootpaths :greet_again)"],
    data = [":greet", ":greet_again"],
)
filegroup(name = "wheels", srcs = ["@packages//greet_er:whl", "@packages//greet_er:data"])
"""
            ),
            "packages/new.py": "import greet_er, words, shout\nassert words.WORDS == ['good', 'day']\n",
            "packages/old.py": "import only_old, words\nassert words.WORDS == ['by', 'url']\n",
            "packages/commands.py": "import subprocess, sys\nfor path in sys.argv[1:]:\n"
            "    if 'greet' in path and not path.endswith('.py'):\n"
            "        assert subprocess.check_output([path], text=True) == 'good|day\\n', path\n",
        }
    )
    result = suite.workspace.bazel("test", "--test_output=errors", "//packages/...").check()
    assert "Executed 3 out of 3 tests: 3 tests pass." in result.out
    files = suite.workspace.cquery_files("//packages:wheels")
    assert {path.name for path in files} == {"Greet_er-1.0-py3-none-any.whl", "greet"}

    other = suite.workspace.bazel("build", "//packages:other")
    assert "no wheel has the command other; there are greet" in other.err
    suite.workspace.write({"packages/BUILD.bazel": ""})


def test_what_a_stranger_asks_for(suite: Suite) -> None:
    """A circle, an index in JSON, an index of one package, values from the environment."""
    root = suite.workspace.root / "asked"
    for name, other in (("egg", "hen"), ("hen", "egg"), ("nest", "hen")):
        locked_wheel(root / "links", name, "1.0", {f"{name}.py": f"NAME = '{name}'\n"}, requires=(other,))
    sha256 = locked_wheel(root / "files", "listed", "2.0", {"listed.py": "NAME = 'listed'\n"})
    listed = {"filename": "listed-2.0-py3-none-any.whl", "hashes": {"sha256": sha256}}
    listed["url"] = "../../files/listed-2.0-py3-none-any.whl"
    suite.workspace.write(
        {
            "asked/index/listed/index.html": json.dumps({"files": [listed], "meta": {"api-version": "1.0"}}),
            "asked/lock.txt": "egg==1.0\nhen==1.0\nlisted==2.0\nnest==1.0\n",
            "asked/BUILD.bazel": suite.fill(
                'load("<RULES>//python:py_test.bzl", "py_test")\n'
                'py_test(name = "test", srcs = ["test.py"], deps = ["@packages//nest", "@packages//listed"])\n'
                'filegroup(name = "wheels", srcs = ["@packages//egg:whl", "@packages//nest:whl"])\n'
            ),
            "asked/test.py": "import egg, hen, listed, nest\n"
            "assert [m.NAME for m in (egg, hen, listed, nest)] == ['egg', 'hen', 'listed', 'nest']\n",
        }
    )
    suite.module(
        _PYTHONS
        + f"""pip.parse(
    hub_name = "packages",
    envsubst = ["LINKS", "UNSET"],
    environment = {{"PIP_RETRIES": "1"}},
    experimental_index_url = "file:///nowhere",
    experimental_index_url_overrides = {{"Listed": "file://${{UNSET:-{root}}}/index"}},
    experimental_requirement_cycles = {{"birds": ["Hen", "egg"]}},
    extra_hub_aliases = {{"nest": ["pkg_files"]}},
    extra_pip_args = ["--find-links=$LINKS"],
    python_interpreter_target = "@python_versions//:BUILD.bazel",
    requirements_lock = "//asked:lock.txt",
)
"""
    )
    suite.workspace.env["LINKS"] = str(root / "links")
    try:
        suite.workspace.bazel("test", "--test_output=errors", "//asked:all").check()
    finally:
        del suite.workspace.env["LINKS"]
        suite.workspace.write({"asked/BUILD.bazel": ""})


@pytest.mark.parametrize(
    ("lock", "message"),
    [
        ("only-source==1.0", "there is only_source-1.0.tar.gz. Nothing is built from sources here"),
        ("shout==3.0", "no wheel for Python <NEW_MINOR> on linux"),
        (f"shout==2.0 --hash=sha256:{'0' * 64}", "Checksum was"),
        (f"shout==2.0 --hash=sha256:{'0' * 64} --hash=sha256:{'1' * 64}", "which is not in the lock"),
        ("greet-er==1.0", "it requires words, which the lock does not have"),
        ("shout @ file:///shout-2.0.tar.gz", "shout-2.0.tar.gz is no wheel, and nothing is built here"),
        ("shout>=2.0", "a lock has one version of each package, as NAME==VERSION"),
        ("shout==2.0 ; python == '3'", "there is no python in the environment of a marker"),
        ("shout==2.0\nshout==2.1", "shout is there twice"),
        ("-r other.txt", "a lock has all packages in itself"),
        ("--pre", "the option --pre is not known here"),
    ],
)
def test_what_cannot_be_had_is_explained(suite: Suite, lock: str, message: str) -> None:
    make_lock(suite.workspace.root)
    suite.workspace.write({"wheels/only_source-1.0.tar.gz": ""})
    suite.module(_PYTHONS + 'pip.parse(hub_name = "packages", requirements_lock = "//:bad.txt")\n')
    suite.workspace.write({"bad.txt": "--no-index\n--find-links wheels\n" + lock + "\n"})
    name = "greet_er" if "greet" in lock else "only_source" if "only" in lock else "shout"
    result = suite.workspace.bazel("build", f"@packages//{name}")
    assert result.code != 0
    assert suite.fill(message) in result.err


@pytest.mark.parametrize(
    ("tags", "message"),
    [
        (
            'requirements_lock = "//:bad.txt", whl_modifications = {"//:bad.txt": "x"}',
            "whl_modifications is not offered",
        ),
        (
            'requirements_lock = "//:bad.txt")\npip.whl_mods(hub_name = "mods", whl_name = "x"',
            "pip.whl_mods of x: whl_modifications is not offered",
        ),
        (
            'requirements_lock = "//:bad.txt")\npip.override(file = "x.whl", patches = ["//:p"]',
            "pip.override of x.whl: patching is not offered",
        ),
        ("", "there is no lock for linux: set requirements_lock"),
        ('requirements_lock = "//:bad.txt", python_version = "<NEW>"', "there is another one for Python <NEW_MINOR>"),
    ],
)
def test_mistakes_in_tags_are_explained(suite: Suite, tags: str, message: str) -> None:
    suite.workspace.write({"bad.txt": ""})
    first = 'pip.parse(hub_name = "packages", requirements_lock = "//:bad.txt")\n' if "<NEW>" in tags else ""
    suite.module(_PYTHONS + first + f'pip.parse(hub_name = "packages", {tags})\n')
    result = suite.workspace.bazel("query", "@packages//...")
    assert result.code != 0
    assert suite.fill(message) in result.err


@pytest.mark.parametrize(
    ("macro", "message"),
    [
        ("compile_pip_requirements", "a lock is compiled outside the build"),
        ("package_annotation", "annotations is not offered"),
        ("pip_install", "use pip_parse"),
    ],
)
def test_macros_that_do_nothing_here_say_so(suite: Suite, macro: str, message: str) -> None:
    suite.module("")
    suite.workspace.write(
        {"said/BUILD.bazel": suite.fill(f'load("<RULES>//python:pip.bzl", "{macro}")\n{macro}(name = "lock")\n')}
    )
    result = suite.workspace.bazel("query", "//said:all")
    assert message in result.err
    suite.workspace.write({"said/BUILD.bazel": ""})
