import os
import sys

from services.api import main

# v1's py_venv_test never isolated the interpreter.
assert not sys.flags.isolated
assert main.serve(os.environ["GREETED"]) == "HELLO, API! WELCOME."
assert os.path.basename(os.environ["VIRTUAL_ENV"]) == ".api_test.venv"
