"""Making room for an output where there is none."""

import os


def make_way(path):
    """See to it that the file `path` (in the system's form) can be made: its directory is there, and it is not."""
    os.makedirs(os.path.dirname(path) or os.curdir, exist_ok=True)
    try:
        os.unlink(path)  # left by a process that was killed, and had our number
    except FileNotFoundError:
        pass
