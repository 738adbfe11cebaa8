"""The interpreter is that of the version asked for."""

import sys

version, *rest = sys.argv[1:]
assert sys.version.split()[0] == version, sys.version
