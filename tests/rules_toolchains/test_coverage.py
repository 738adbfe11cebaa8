"""`bazel coverage` with the coverage tool of a toolchain."""

from __future__ import annotations

import shutil
from pathlib import Path

import coverage
import pytest

from tests.rules_toolchains.conftest import Suite

pytestmark = pytest.mark.xdist_group("bazel")

_BUILD = """
load("<RULES>//python:py_binary.bzl", "py_binary")
load("<RULES>//python:py_library.bzl", "py_library")
load("<RULES>//python:py_test.bzl", "py_test")

filegroup(
    name = "coverage_tool",
    srcs = ["packages/coverage/__main__.py"],
    data = glob(["packages/coverage/**"]),
    visibility = ["//visibility:public"],
)
filegroup(name = "output_generator", srcs = ["output_generator.sh"])
py_library(name = "lib", srcs = ["lib.py"])
py_binary(name = "tool", srcs = ["tool.py"], deps = [":lib"])
py_test(name = "test", srcs = ["test.py"], args = ["$(rootpath :tool)"], data = [":tool"], deps = [":lib"])
"""

# Bazel's own is a download.
_OUTPUT_GENERATOR = """#!/bin/sh
for argument; do
  case $argument in
    --coverage_dir=*) directory=${argument#*=} ;;
    --output_file=*) output=${argument#*=} ;;
  esac
done
cat "$directory"/*.dat > "$output"
"""


def test_what_ran_is_told(suite: Suite) -> None:
    """Of the test and of a program it runs, by names as they are in the repository."""
    suite.module(
        'python.toolchain(python_version = "<NEW_MINOR>")\n'
        "python.single_version_platform_override(\n"
        '    platform = "<PLATFORM>", python_version = "<NEW>", sha256 = "<NEW_SHA>", urls = ["<NEW_PATH>"],\n'
        '    coverage_tool = "//covered:coverage_tool",\n)\n'
    )
    root = suite.workspace.root / "covered"
    ignored = shutil.ignore_patterns("*.so", "__pycache__")
    shutil.copytree(Path(coverage.__file__).parent, root / "packages" / "coverage", ignore=ignored)
    suite.workspace.write(
        {
            "covered/BUILD.bazel": suite.fill(_BUILD),
            "covered/output_generator.sh": _OUTPUT_GENERATOR,
            "covered/lib.py": "def by_test():\n    return 1\n\n\ndef by_tool():\n    return 2\n\n\n"
            "def never():\n    return 3\n",
            "covered/tool.py": "import sys\nfrom covered import lib\nlib.by_tool()\nsys.exit(0)\n",
            "covered/test.py": "import subprocess, sys\nfrom covered import lib\n"
            "lib.by_test()\nsubprocess.run([sys.argv[1]], check=True)\n",
        }
    )
    (root / "output_generator.sh").chmod(0o755)
    options = ["--coverage_output_generator=//covered:output_generator", "--combined_report=none"]
    options += ["--coverage_report_generator=//covered:output_generator", "--instrumentation_filter=^//covered"]
    suite.workspace.bazel("coverage", *options, "--test_output=errors", "//covered:test").check()

    logs = Path(suite.workspace.bazel("info", "bazel-testlogs").check().out.strip())
    lines: dict[str, set[int]] = {}
    source = ""
    for line in (logs / "covered" / "test" / "coverage.dat").read_text().splitlines():
        kind, _, rest = line.partition(":")
        if kind == "SF":
            source = rest
        elif kind == "DA" and int(rest.split(",")[1]):
            lines.setdefault(source, set()).add(int(rest.split(",")[0]))
    assert {2, 6} <= lines["covered/lib.py"] and 10 not in lines["covered/lib.py"]
    assert 3 in lines["covered/tool.py"]

    # Without `coverage` nothing of it is there.
    suite.workspace.bazel("test", "//covered:test").check()
    runfiles = suite.workspace.bin() / "covered" / "test.runfiles_manifest"
    assert "coverage/__main__.py" not in runfiles.read_text()
