import json
import os
import sys

import foreign
import inside
import several
from lib import theirs
from shared_ns import one, two

here = os.path.dirname(__file__)


def read(path):
    with open(os.path.join(here, path)) as file:
        return file.read().strip()


print(
    json.dumps(
        {
            "argv": sys.argv[1:],
            "base": sys.base_prefix,
            "executable": sys.executable,
            "files": [foreign.__file__, inside.__file__, several.__file__, one.__file__, two.__file__],
            "from": os.environ["FROM"],
            "links": {
                name: read(name) for name in ("authored.link", "authored.tree/inner-link", "moved_link", "foreign_link")
            },
            "theirs": theirs.NAME,
        }
    )
)
