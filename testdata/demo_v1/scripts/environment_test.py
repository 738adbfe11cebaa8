import subprocess
import sys

# Whatever it is by then, it can be run.
assert sys.argv[1] == "services/gateway/gateway.venv"
code = "import lib.core.core as core; print(core.welcome('script'))"
assert subprocess.check_output([sys.argv[1], "-c", code], text=True) == "Hello, script! Welcome.\n"
