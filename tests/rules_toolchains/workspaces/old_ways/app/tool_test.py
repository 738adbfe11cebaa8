import subprocess
import sys

said = subprocess.run([sys.argv[1]], stdout=subprocess.PIPE, check=True, text=True).stdout.strip()
assert said == sys.argv[2], said
