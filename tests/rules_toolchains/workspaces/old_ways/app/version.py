import sys

from lib.counting import count


def version() -> str:
    assert count() == 2
    return sys.version.split()[0]
