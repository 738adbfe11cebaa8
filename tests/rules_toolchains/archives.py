"""Archives of interpreters, packed by Bazel out of those it can run: it may have a root of its own."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.interpreters import candidates
from tests.rules.bazel import Workspace

# Run by each interpreter for itself; the layout is that of python-build-standalone.
_PACK = """
import os, re, sys, sysconfig, tarfile

version = "{}.{}.{}".format(*sys.version_info)
minor = "{}.{}".format(*sys.version_info)
out = os.path.join(sys.argv[1], version + ".tar.gz")
if sys.version_info < (3, 8) or any(name.startswith(minor + ".") for name in os.listdir(sys.argv[1])):
    sys.exit()
if sys.version_info[3] != "final":
    sys.exit()
left_out = {"test", "idlelib", "turtledemo", "tkinter", "ensurepip", "site-packages", "dist-packages", "__pycache__",
            "sitecustomize.py"}


def wanted(info):
    name = os.path.basename(info.name)
    return None if name in left_out or name.startswith("config-") or name.endswith(".a") else info


with tarfile.open(out, "w:gz", compresslevel=1) as archive:
    archive.add(os.path.realpath(sys.executable), "python/bin/python" + minor)
    link = tarfile.TarInfo("python/bin/python3")
    link.type, link.linkname = tarfile.SYMTYPE, "python" + minor
    archive.addfile(link)
    archive.add(sysconfig.get_path("stdlib"), "python/lib/python" + minor, filter=wanted)
    libraries = os.path.join(sys.base_prefix, "lib")
    for name in sorted(os.listdir(libraries)):
        if re.match(r"libpython" + re.escape(minor) + r".*\\.so", name):
            archive.add(os.path.join(libraries, name), "python/lib/" + name)
    text = os.path.join(sys.argv[1], "Python.h")
    with open(text, "w") as file:
        file.write('#define PY_VERSION "' + version + '"\\n')
    archive.add(text, "python/include/python" + minor + "/Python.h")
"""

_BUILD = """
genrule(
    name = "archives",
    srcs = ["pack.py"],
    outs = ["archives.tar"],
    cmd = "mkdir $(RULEDIR)/packed && " + "".join([
        python + " -I $(location pack.py) $(RULEDIR)/packed 2>/dev/null || true; " +
        "[ $$(ls $(RULEDIR)/packed | grep -c gz) -ge 2 ] || "
        for python in CANDIDATES
    ]) + "true; tar -cf $@ -C $(RULEDIR)/packed .",
    tags = ["local"],
)
"""


@dataclass(frozen=True, slots=True)
class Archive:
    """A packed interpreter: `version` is MAJOR.MINOR.MICRO."""

    version: str
    path: Path
    sha256: str

    @property
    def minor(self) -> str:
        """MAJOR.MINOR."""
        return self.version.rpartition(".")[0]


def pack_archives(workspace: Workspace, directory: Path) -> list[Archive]:
    """Pack the first two Pythons, of different minor versions, that Bazel can run; oldest version first."""
    workspace.write({"pack/pack.py": _PACK, "pack/BUILD.bazel": f"CANDIDATES = {candidates()!r}\n" + _BUILD})
    workspace.bazel("build", "//pack:archives").check()
    shutil.unpack_archive(workspace.bin() / "pack" / "archives.tar", directory, filter="data")
    found = [
        Archive(path.name.removesuffix(".tar.gz"), path, hashlib.sha256(path.read_bytes()).hexdigest())
        for path in directory.glob("*.tar.gz")
    ]
    return sorted(found, key=lambda each: tuple(map(int, each.version.split("."))))
