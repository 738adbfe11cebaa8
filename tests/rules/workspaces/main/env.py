"""Checks what a program is started with."""

import multiprocessing
import os
import subprocess
import sys


def square(number):
    return number * number


def main():
    assert os.environ["MODE"] in ("fastbuild", "opt", "dbg"), os.environ["MODE"]
    with open(os.environ["DATA"]) as file:
        assert file.read() == "data\n"
    assert sys.argv[1:] == ["two words"], sys.argv
    assert os.path.samefile(sys.argv[0], __file__)
    assert sys.modules["__main__"].__dict__ is globals()

    # A child process finds the same modules, and can import the main program again.
    subprocess.run([sys.executable, "-c", "import env"], check=True)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.map(square, [3]) == [9]


if __name__ == "__main__":
    main()
