"""What MODULE.bazel says that generation needs: the names under which rule sets are known, the Python version."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from buildfile.calls import calls_in
from buildfile.labels import BadLabel, Label
from buildfile.repository import read_bytes
from buildfile.source import FileKind, SourceFile
from buildfile.syntax import Unparsable
from generator.kinds import BINARY, LIBRARY, PROTO, PROTO_FILE, PY_PROTO, PYTHON_FILE, TEST


@dataclass(frozen=True, slots=True)
class Names:
    """What is called what in a repository.

    Attributes:
        files: the file each kind of rule is loaded from.
        protobuf: the repository that has protobuf.
        repository: its own name, "" if it has none.
        python_version: of the default toolchain, "" if none is named.
    """

    files: Mapping[str, str]
    protobuf: str
    repository: str = ""
    python_version: str = ""

    def full(self, label: Label) -> str:
        """A label of this repository as messages show it, with the repository's name."""
        return Label(f"@{self.repository}" if self.repository else "", label.package, label.name).short()

    def local(self, text: str, package: str) -> str:
        """A label, as written in some package, in full, without the repository if that is this one."""
        try:
            label = Label.parse(text, package)
        except BadLabel:
            return text
        if label.repo in ("@", "@@") or (self.repository and label.repo == f"@{self.repository}"):
            label = Label("", label.package, label.name)
        return str(label)

    def same(self, one: str, other: str) -> bool:
        """Whether two labels, as written, name the same file."""
        return one == other or {one, other} == {PYTHON_FILE, self.files[LIBRARY]}


def names_of(root: Path) -> Names:
    """Reads the names from the MODULE.bazel of a repository; without one, the usual names hold."""
    apparent = {"protobuf": "com_google_protobuf", "rules_python": "rules_python"}
    own = version = ""
    try:
        data = read_bytes(f"{os.fspath(root)}/MODULE.bazel")
    except OSError:
        data = b""
    file = SourceFile("MODULE.bazel", FileKind.MODULE, data)
    for statement in file.statements:
        try:
            calls = list(calls_in(file, statement)) if _INTERESTING.search(statement.text) else []
        except Unparsable:
            continue
        for call in calls:
            name = call.string("name")
            if call.callee == "module":
                own = name or own
            elif call.callee == "bazel_dep" and name in apparent:
                apparent[name] = call.string("repo_name") or name
            elif call.callee in ("python.defaults", "python.toolchain"):
                default = call.argument("is_default")
                if call.callee == "python.defaults" or (default is not None and call.text(default) == b"True"):
                    version = call.string("python_version") or version
    python = PYTHON_FILE.replace("rules_python", apparent["rules_python"])
    files = {
        LIBRARY: python,
        BINARY: python,
        TEST: python,
        PROTO: PROTO_FILE,
        PY_PROTO: f"@{apparent['protobuf']}//bazel:py_proto_library.bzl",
    }
    return Names(files, apparent["protobuf"], own or _workspace_name(root), version)


def _workspace_name(root: Path) -> str:
    for name in ("WORKSPACE.bazel", "WORKSPACE"):
        try:
            found = _WORKSPACE.search(read_bytes(f"{os.fspath(root)}/{name}"))
        except OSError:
            continue
        if found:
            return found[1].decode()
    return ""


_WORKSPACE = re.compile(rb"""^workspace\([^)]*?\bname\s*=\s*["']([\w.-]+)["']""", re.MULTILINE)


_INTERESTING = re.compile(rb"\bmodule\(|protobuf|rules_python|\bpython\.(?:defaults|toolchain)")
