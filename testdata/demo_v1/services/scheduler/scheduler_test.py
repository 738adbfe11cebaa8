import sys

assert sys.argv[1] in ("daily", "weekly"), sys.argv
