import os
import subprocess
import sys

venv = os.path.join(os.path.dirname(sys.argv[1]), ".exposed.venv")
code = "import sys, foreign, several, inside; print(sys.prefix)"
out = subprocess.check_output([os.path.join(venv, "bin", "python"), "-I", "-c", code], text=True)
assert out.strip() == os.path.abspath(venv), out
out = subprocess.check_output([sys.argv[1], "-c", "import sys, foreign; print(sys.flags.isolated)"], text=True)
assert out == "0\n", out
