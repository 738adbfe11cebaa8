import os
import subprocess
import sys

import several
import several_extra
import trespasser
from shared_ns import two

assert trespasser.NAME == "trespasser"
assert two.TWO == 2
assert several_extra.EXTRA == 1
# The first wheel has the place, in each of the classes.
assert open(os.path.join(sys.prefix, "share/several/conf.txt")).read() == "conf"
assert subprocess.check_output(["several-cmd", "x"], text=True) == "several x\n"
