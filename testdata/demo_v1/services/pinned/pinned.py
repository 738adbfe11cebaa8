import os
import sys

import greeter

with open(os.environ["GREETING"]) as file:
    assert greeter.greeting("x").startswith(file.read().strip())
assert sys.version_info[:2] == (3, 11)
