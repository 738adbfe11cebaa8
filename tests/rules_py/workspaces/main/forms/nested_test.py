import os
import subprocess

here = os.path.dirname(__file__)
for name, said in (("a/b", "a and b"), ("package", "package"), ("named", "package"), ("generated", "generated")):
    for environ in (os.environ, {}):
        out = subprocess.check_output([os.path.join(here, name)], text=True, env=environ)
        assert out == said + "\n", out
