"""A program that says where it and its module come from."""

import json
import sys

import lib.plain

print(json.dumps({"main": __file__, "module": lib.plain.__file__, "value": lib.plain.value(), "argv": sys.argv}))
