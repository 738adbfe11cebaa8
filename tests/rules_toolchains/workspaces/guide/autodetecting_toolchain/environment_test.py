"""The interpreter is the one on PATH of the test, and is no part of the build."""

import os
import shutil
import sys

found = shutil.which("python3")
assert found, os.environ["PATH"]
assert os.path.realpath(found) == os.path.realpath(sys.executable), (found, sys.executable)
assert "/external/" not in sys.executable, sys.executable
