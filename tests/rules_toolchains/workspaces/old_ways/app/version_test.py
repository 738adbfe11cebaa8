import sys

from app.version import version

assert version() == sys.argv[1], version()
