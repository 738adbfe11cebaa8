"""The interpreter is of the version asked for, and comes out of an archive."""

import os
import sys

assert sys.version.split()[0] == os.environ["WANTED"], sys.version
# The standard library is that of the archive, wherever it was unpacked.
assert "/external/" in os.path.realpath(os.__file__), os.__file__
