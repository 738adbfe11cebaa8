import os
import sys

assert not sys.flags.isolated
assert sys.flags.utf8_mode
assert os.path.isfile(os.path.join(sys.path[0], "not_isolated.py")), sys.path
