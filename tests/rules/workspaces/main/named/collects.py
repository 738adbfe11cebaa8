"""Checks that the module in the directory named like a program has its pyc."""

import named.tool.helper

with open(named.tool.helper.__cached__, "rb") as file:
    # Python writes pycs too, but with a timestamp instead of a hash.
    assert file.read(5)[4] == 3
