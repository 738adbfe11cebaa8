"""Writing a file where there is no directory yet, or a file in the way."""

import os


def write_anyway(path, data):
    """Write `data` to the file `path` (in the form the system wants): its directory is made, what is there goes.

    What is there is a temporary file of a process that had our number and was killed. Raises OSError.
    """
    os.makedirs(os.path.dirname(path) or type(path)(), exist_ok=True)
    if os.path.lexists(path):
        os.unlink(path)
    with open(path, "xb") as file:
        file.write(data)
