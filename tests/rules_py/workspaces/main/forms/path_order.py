import os
import sys

# Of wheels, which are links in the virtualenv, where those lead.
wheels = os.path.join(sys.prefix, "_wheels")
found = [os.path.realpath(path) if path.startswith(wheels) else path for path in sys.path]
# After site-packages and the root of the runfiles: short names.
start = found.index(os.environ["RUNFILES_DIR"]) + 1
print(*[path.partition("/lib/python")[0].rpartition("/")[2] for path in found[start:]])
