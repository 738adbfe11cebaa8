import sys

import group

assert group.GROUP == sys.argv[1], group.GROUP
