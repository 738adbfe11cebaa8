import sys

import parts

assert parts.WHO == "the repository", parts
assert parts.__path__ == [parts.__file__.rpartition("/")[0]]
try:
    import parts.two
except ImportError:
    pass
else:
    sys.exit("a module of a wheel in a package of the repository")
