import json
import os
import sys

import blind
import foreign
import inside
import several
import several_extra
from shared_ns import blind as ns_blind
from shared_ns import one, two
from shared_ns.deep import er

assert (one.ONE, two.TWO, er.ER, ns_blind.BLIND) == (1, 2, 3, 4)
print(
    json.dumps(
        {
            "argv": sys.argv[1:],
            "environ": dict(os.environ),
            "files": [module.__file__ for module in (blind, foreign, inside, several, several_extra)],
            "isolated": sys.flags.isolated,
            "main": __file__,
            "prefix": sys.prefix,
        }
    )
)
