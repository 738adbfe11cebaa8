"""Virtualenvs of every Python that is there."""

from __future__ import annotations

import re

from tests.rules.bazel import REPO_NAME, Workspace
from tests.rules.conftest import main_workspace  # noqa: F401
from tests.wheels import make_wheel

_BUILD = f"""
load("@{REPO_NAME}//py:defs.bzl", "py_binary", "py_library", "py_test", "py_unpacked_wheel", "py_venv")
load("//:versions.bzl", "VERSIONS")

py_unpacked_wheel(
    name = "known",
    src = "known-1.0-py3-none-any.whl",
    top_levels = ["known", "known-1.0.dist-info"],
    console_scripts = {{"known-cmd": "known:main"}},
)

py_unpacked_wheel(name = "blind", src = "blind-1.0-py3-none-any.whl")

py_library(name = "lib", srcs = ["src/inside.py"], imports = ["src"])

[
    py_test(
        name = "test_" + version,
        srcs = ["check.py"],
        args = [version],
        expose_venv = exposed,
        main = "check.py",
        python_version = version,
        deps = [":blind", ":known", ":lib"],
    )
    for version, exposed in zip(VERSIONS, [True, False] * len(VERSIONS))
]

py_venv(name = "venv", deps = [":blind", ":known", ":lib"], python_version = VERSIONS[0])

py_test(
    name = "shared_test",
    srcs = ["check.py"],
    args = [VERSIONS[0]],
    external_venv = ":venv",
    main = "check.py",
    python_version = VERSIONS[0],
    deps = [":known", ":lib"],
)

py_binary(
    name = "mixed",
    srcs = ["check.py"],
    external_venv = ":venv",
    main = "check.py",
    python_version = VERSIONS[1],
    tags = ["manual"],
    deps = [":known", ":lib"],
)
"""

_CHECK = """
import subprocess
import sys

import blind
import inside
import known

assert "{}.{}".format(*sys.version_info) == sys.argv[1], sys.version
assert known.__file__.startswith(sys.prefix) and blind.__file__.startswith(sys.prefix)
assert sys.prefix != sys.base_prefix
assert subprocess.check_output(["known-cmd"]).decode() == "known {}\\n".format(sys.argv[1])
code = "import sys, blind, known, inside; sys.stdout.write(sys.prefix)"
assert subprocess.check_output([sys.executable, "-c", code]).decode() == sys.prefix
"""


def test_each_version(main_workspace: Workspace) -> None:  # noqa: F811
    """A program and its virtualenv are of the version it asks for; it finds its modules from there."""
    package = main_workspace.root / "v2"
    main_workspace.write({"v2/BUILD.bazel": _BUILD, "v2/check.py": _CHECK, "v2/src/inside.py": ""})
    main = "import sys\n\n\ndef main():\n    print('known', '{}.{}'.format(*sys.version_info))\n"
    make_wheel(package, "known", {"known/__init__.py": main}, console_scripts={"known-cmd": "known:main"})
    make_wheel(package, "blind", {"blind.py": ""})
    main_workspace.bazel("test", "//v2/...", "--test_output=errors").check()
    versions = main_workspace.bazel("query", "tests(//v2/...)").check().out.split()
    assert len(versions) >= 3
    mixed = main_workspace.bazel("build", "//v2:mixed")
    assert mixed.code != 0
    said = (
        r"//v2:mixed: it is built for Python 3\.\d+, and the virtualenv @@//v2:venv has Python 3\.\d+\. Write the same"
    )
    assert re.search(said, mixed.err), mixed.err
