"""The interpreter is that of the machine, and its version is known: there is a pyc with its tag."""

import sys
from pathlib import Path

import lib

assert "/external/" not in sys.executable, sys.executable
# A hash stands where Python itself writes the time of the source.
assert Path(lib.WHERE).read_bytes()[4] != 0
