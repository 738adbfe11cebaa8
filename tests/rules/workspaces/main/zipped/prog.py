import json
import os
import sys

import zipped.deep as package
import zipped.deep.module

_MODULE = zipped.deep.module

print(
    json.dumps(
        {
            "arguments": sys.argv[1:],
            "compiled": os.path.exists(_MODULE.__cached__),
            "data": os.path.exists(os.path.join(os.environ["RUNFILES_DIR"], "_main", "zipped", "data.txt")),
            "has_init": getattr(package, "__file__", None) is not None,
            "here": __file__,
            "prefix": sys.prefix,
        }
    )
)
sys.exit(3)
