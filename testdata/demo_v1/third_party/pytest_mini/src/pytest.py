"""As much of pytest as the tests of this workspace need, so that they run without a network."""

import enum
import glob
import os
import runpy
import traceback


class ExitCode(enum.IntEnum):
    OK = 0
    TESTS_FAILED = 1
    NO_TESTS_COLLECTED = 5


def _files(paths):
    for path in paths or ["."]:
        if os.path.isdir(path):
            yield from sorted(glob.glob(os.path.join(path, "**", "*_test.py"), recursive=True))
        elif path.endswith(".py"):
            yield path


def main(args, plugins=()):
    """Runs the functions `test_…` of the files named, or of those below the directories named."""
    paths = [arg for arg in args if os.path.exists(arg)]
    ran = failed = 0
    for path in _files(paths):
        for name, value in runpy.run_path(path).items():
            if name.startswith("test_") and callable(value):
                ran += 1
                try:
                    value()
                except Exception:
                    failed += 1
                    traceback.print_exc()
    print(f"{ran} tests, {failed} failed")
    if failed:
        return ExitCode.TESTS_FAILED
    return ExitCode.OK if ran else ExitCode.NO_TESTS_COLLECTED
