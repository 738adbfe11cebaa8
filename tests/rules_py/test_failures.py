"""What people are told when something is wrong."""

from __future__ import annotations

import re

import pytest

from tests.rules.bazel import REPO_NAME, Result, Workspace

_ANALYSIS = {
    "not_covered": (
        "//failures:not_covered: the virtualenv @@//failures:empty_venv lacks some of what the program imports\n"
        "  wheels: _main/wheels/blind/lib/python*/site-packages, several, several_extra.py, shared_ns/one\n"
        "  first-party import roots: _main/failures\n"
        "Add them to the deps of @@//failures:empty_venv, or drop external_venv."
    ),
    "collision": (
        "//failures:collision: wheels collide in one virtualenv; the first one has the place:\n"
        "  top-level name several_extra.py: @@//wheels:several and @@//wheels:trespasser\n"
        "  namespace entry shared_ns/two.py: @@//wheels:ns_two and @@//wheels:trespasser\n"
        "  data file share/several/conf.txt: @@//wheels:several and @@//wheels:trespasser\n"
        "  console script several-cmd: @@//wheels:several and @@//wheels:trespasser\n"
        'Depend on one of them only, or set package_collisions = "warning" or "ignore".'
    ),
    "unresolved": (
        "//failures:unresolved: no target is given for the virtual dependencies nobody; "
        "name one for each in resolutions"
    ),
    "sets_virtual_env": "//failures:sets_virtual_env: env may not set VIRTUAL_ENV",
    "no_main": "the default main no_main.py does not appear in srcs: add it, or set main",
    "two_mains": "pytest_main = True is a main program of its own; drop main, or pytest_main",
    "venv_label": '//failures:venv_label: venv = ":empty_venv" is the name of a set of packages; '
    "a py_venv to run in is the value of external_venv",
    "no_such_version": "a virtualenv is made for one version of Python (here: 3.99), and the resolved Python toolchain "
    "finds its interpreter only at run time: register one whose version is known",
    "no_program": "//failures:no_program.manifest: binary = @@//failures:rooted is nothing that can be run: "
    "name a py_binary",
    "no_function": '//failures:no_function: console_scripts has several-cmd = "several", which is not MODULE:FUNCTION',
    "no_entry_point": '//failures:_no_entry_point_main: entrypoint = "several" is not MODULE:FUNCTION',
    "asks_for_a_tool": "//py/private/toolchain:no_tool: this module unpacks wheels and makes virtualenvs without tools",
    "bad_link": 'link_name = "a/b" is the name of one file, not a path',
}


@pytest.fixture(scope="module")
def failures(workspace: Workspace) -> Result:
    """One build of all that fails when it is analysed."""
    return workspace.bazel("build", "--keep_going", *[f"//failures:{name}" for name in _ANALYSIS])


@pytest.mark.parametrize("name", _ANALYSIS)
def test_analysis(failures: Result, name: str) -> None:
    """The message names the target, what is wrong, and what to do."""
    assert failures.code != 0
    pattern = re.escape(_ANALYSIS[name]).replace(r"python\*", r"python3\.\d+")
    assert re.search(pattern, failures.err), failures.err


def test_collision_as_a_warning(workspace: Workspace) -> None:
    """The same text, and the build goes on."""
    result = workspace.bazel("build", "//failures:collision_warning").check()
    assert "top-level name several_extra.py: @@//wheels:several and @@//wheels:trespasser" in result.err


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("misdescribed", "top_levels names what the wheel does not have: severed; top_levels lacks several_extra.py"),
        ("misnamed_command", "console_scripts says several-cmd = several:other, but the wheel several:main"),
        ("escapes", "it has a file outside of itself: '../outside.py'"),
    ],
)
def test_wheels(workspace: Workspace, name: str, message: str) -> None:
    """A wheel that is not what was said of it, or that writes outside of its directory, is not unpacked."""
    result = workspace.bazel("build", f"//wheels:{name}")
    assert result.code != 0
    assert message in result.err
    assert "Traceback" not in result.err


_REMOVED = {
    "py_venv_binary": (
        f'load("@{REPO_NAME}//py:defs.bzl", "py_venv_binary")\npy_venv_binary(name = "x", main = "m.py")\n',
        "py_venv_binary (x) was removed: write py_binary(…, expose_venv = True, isolated = False)",
    ),
    "py_venv_test": (
        f'load("@{REPO_NAME}//py:defs.bzl", "py_venv_test")\npy_venv_test(name = "x", main = "m.py")\n',
        "py_venv_test (x) was removed: write py_test(…, expose_venv = True, isolated = False)",
    ),
    "py_unstable": (
        f'load("@{REPO_NAME}//py/unstable:defs.bzl", "py_venv")\n',
        "//py/unstable:defs.bzl was removed: load from //py:defs.bzl",
    ),
    "py_unstable_extension": (
        f'load("@{REPO_NAME}//py/unstable:extension.bzl", "python_interpreters")\n',
        "//py/unstable:extension.bzl was removed: load from //py:extensions.bzl",
    ),
    "uv_unstable": (
        f'load("@{REPO_NAME}//uv/unstable:defs.bzl", "py_entrypoint_binary")\n',
        "//uv/unstable:defs.bzl was removed: load from //uv:defs.bzl",
    ),
    "uv_unstable_extension": (
        f'load("@{REPO_NAME}//uv/unstable:extension.bzl", "uv")\n',
        "//uv/unstable:extension.bzl was removed: load from //uv:extensions.bzl",
    ),
    "link_makes_venv": (
        f'load("@{REPO_NAME}//py:defs.bzl", "py_venv_link")\n'
        'py_venv_link(name = "x", deps = [], venv_name = ".venv")\n',
        "py_venv_link (x) only links what a py_venv is, and takes no venv_name, deps: write "
        'py_venv(name = "…", deps = …) and py_venv_link(name = "x", venv = ":…", link_name = …)',
    ),
    "autodetecting": (
        f'load("@{REPO_NAME}//py:toolchains.bzl", "register_autodetecting_python_toolchain")\n'
        'register_autodetecting_python_toolchain(name = "x")\n',
        "register_autodetecting_python_toolchain (x) was removed: load local_runtime_repo and",
    ),
    "py_venv_meaning": (
        f'load("@{REPO_NAME}//py:defs.bzl", "py_venv")\npy_venv(name = "x", venv_name = ".venv")\n',
        "py_venv (x) is the virtualenv itself now; for a link to it in the workspace add py_venv_link",
    ),
}


@pytest.mark.parametrize("name", _REMOVED)
def test_removed(workspace: Workspace, name: str) -> None:
    """The message says what to write, and which command writes it."""
    text, message = _REMOVED[name]
    workspace.write({f"removed_{name}/BUILD.bazel": text})
    result = workspace.bazel("query", f"//removed_{name}:all")
    assert result.code != 0
    flat = " ".join(result.err.split())
    assert message in flat
    assert "`trekbok migrate aspect-rules-py-v2" in flat


@pytest.mark.parametrize(
    ("name", "call", "message"),
    [
        ("tar_args", 'tar_args = ["-x"]', "tar_args are for bsdtar"),
        ("compress", 'compress = "zip"', 'compress = "zip" is not one of'),
        ("owner", 'owner = "nobody"', 'py_image_layer (x): owner = "nobody" has to be a number'),
    ],
)
def test_image_layer(workspace: Workspace, name: str, call: str, message: str) -> None:
    """What was for another program is not silently dropped."""
    text = f'load("@{REPO_NAME}//py:defs.bzl", "py_image_layer")\n'
    workspace.write({f"image_{name}/BUILD.bazel": text + f'py_image_layer(name = "x", binary = ":y", {call})\n'})
    result = workspace.bazel("query", f"//image_{name}:all")
    assert result.code != 0 and message in result.err


def test_extensions_say_what_they_do_not_do(workspace: Workspace) -> None:
    """What has no effect here is not passed over in silence."""
    # The extensions are to be evaluated anew.
    workspace.bazel("shutdown").check()
    result = workspace.bazel("query", "@python_interpreters//... + @hub//...").check()
    for message in (
        "python_interpreters.configure: releases has no effect",
        "python_interpreters.toolchain: target_compatible_with has no effect",
        'uv.override_package(name = "patched"): nothing is built from source here',
    ):
        assert message in result.err


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("list", '["several"]', "a list is neither made with resolutions.from_requirements nor a dict"),
        (
            "same_target",
            'resolutions.from_requirements(["a", "b"], lambda name: "//wheels:several")',
            "resolutions: //wheels:several is given for a and for b, but a target stands for one name",
        ),
    ],
)
def test_resolutions(workspace: Workspace, name: str, value: str, message: str) -> None:
    """A value that cannot be meant is said to be none."""
    text = (
        f'load("@{REPO_NAME}//py:defs.bzl", "py_binary", "resolutions")\n'
        f'def macro():\n    py_binary(name = "x", srcs = ["x.py"], resolutions = {value})\n'
    )
    package = f"resolutions_{name}"
    workspace.write({f"{package}/defs.bzl": text, f"{package}/BUILD.bazel": 'load(":defs.bzl", "macro")\n\nmacro()\n'})
    result = workspace.bazel("query", f"//{package}:all")
    assert result.code != 0 and message in result.err


def test_two_virtualenvs(workspace: Workspace) -> None:
    """One made and one named: which?"""
    text = (
        f'load("@{REPO_NAME}//py:defs.bzl", "py_binary")\n'
        'py_binary(name = "x", srcs = ["x.py"], expose_venv = True, external_venv = ":y")\n'
    )
    workspace.write({"two_venvs/BUILD.bazel": text})
    result = workspace.bazel("query", "//two_venvs:all")
    assert result.code != 0
    assert "x: expose_venv makes a virtualenv and external_venv names one; drop one of them" in result.err


def test_pex(workspace: Workspace) -> None:
    """What is not made does not stop what is, and says so to whoever wants it."""
    text = (
        f'load("@{REPO_NAME}//py:defs.bzl", "py_pex_binary")\n'
        'py_pex_binary(name = "x", binary = "//app:alone", inject_env = {"A": "b"}, inherit_path = "false")\n'
    )
    workspace.write({"pex/BUILD.bazel": text})
    message = "this module brings no pex, which would have to be downloaded. py_image_layer packs a program"
    everything = workspace.bazel("build", "//pex/...").check()
    assert f"py_pex_binary (x) is left out of wildcards: {message}" in everything.err
    wanted = workspace.bazel("build", "//pex:x")
    assert wanted.code != 0 and f"//pex:x: {message}" in wanted.err
