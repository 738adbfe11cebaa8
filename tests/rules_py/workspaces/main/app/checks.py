"""What holds in a virtualenv, whether it is the program's own or one for several programs."""

import importlib.metadata
import os
import pkgutil
import subprocess
import sys

import blind
import foreign
import inside
import several
import several_extra
from shared_ns import blind as ns_blind
from shared_ns import one, two
from shared_ns.deep import er

site_packages = next(path for path in sys.path if path.startswith(sys.prefix) and path.endswith("site-packages"))

# Names of known wheels, and those of other repositories, are links in site-packages.
for module in (several, several_extra, foreign, one, two, er):
    assert module.__file__.startswith(site_packages + os.sep), module.__file__
assert blind.__file__.startswith(os.path.join(sys.prefix, "_wheels")), blind.__file__

# A wheel whose layout is not known may have .pth files.
assert "blind" in sys.modules

# All are listed.
assert {"blind", "several", "several_extra", "foreign", "inside"} <= {module.name for module in pkgutil.iter_modules()}

# One namespace, several wheels, known or not.
assert (one.ONE, two.TWO, er.ER, ns_blind.BLIND) == (1, 2, 3, 4)

# Data in a package, data below the prefix, metadata.
assert pkgutil.get_data("several", "data.txt") == b"packaged data"
assert open(os.path.join(sys.prefix, "share", "several", "conf.txt")).read() == "conf"
for name in ("several", "ns_one", "ns_two", "foreign"):
    assert importlib.metadata.version(name) == "1.0"

# Import roots: the repository, and what `imports` says.
import app.src.inside

assert inside.NAME == app.src.inside.NAME == "inside"
assert open(os.path.join(os.path.dirname(inside.__file__), "..", "data.txt")).read() == "data\n"

# The environment is that of the virtualenv, here and in programs that this one starts.
assert sys.flags.isolated and sys.flags.dont_write_bytecode
assert os.environ["VIRTUAL_ENV"] == sys.prefix != sys.base_prefix
assert sys.executable == os.path.join(sys.prefix, "bin", "python")
assert os.environ["PATH"].split(os.pathsep).count(os.path.join(sys.prefix, "bin")) == 1
child = "import os, sys, several; print(sys.prefix, os.environ['PATH'])"
assert subprocess.check_output([sys.executable, "-c", child], text=True).split() == [sys.prefix, os.environ["PATH"]]
assert subprocess.check_output(["several-cmd", "a b"], text=True) == "several a b\n"
assert os.environ["BAZEL_TARGET"] == "//app:" + os.environ["BAZEL_TARGET_NAME"]
assert os.environ["BAZEL_WORKSPACE"] == "_main"
