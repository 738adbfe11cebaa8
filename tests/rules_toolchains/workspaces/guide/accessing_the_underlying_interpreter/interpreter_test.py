"""The interpreter and its prompt are those of the version that the test asks for, and so are tools of the build."""

import subprocess
import sys

_SAY = "import sys; print(sys.version.split()[0])\n"
version, python, repl, of_build = sys.argv[1:]

assert subprocess.check_output([python, "-c", _SAY], text=True).split() == [version]
said = subprocess.run([repl], input=_SAY, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True)
assert version + "\n" in said.stdout, said.stdout
with open(of_build) as file:
    assert file.read().split() == [version]
