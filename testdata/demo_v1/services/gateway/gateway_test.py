import subprocess
import sys

assert sys.flags.isolated and sys.flags.dev_mode
assert subprocess.check_output(["services/gateway/gateway"], text=True) == "Hello, gateway! Welcome.\n"
