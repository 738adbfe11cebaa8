"""Extension modules find the libraries that their wheel brings beside them."""

import os
import sys

import native_single
from native_package import native_inner

assert native_single.__file__.startswith(sys.prefix), native_single.__file__
assert native_inner.__file__.startswith(sys.prefix), native_inner.__file__
assert os.path.exists(os.path.join(sys.prefix, "include", "native.h")) == (sys.argv[1] == "native")
