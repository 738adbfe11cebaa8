"""Three wheels have parts of one regular package, and of one in a namespace."""

import importlib.metadata
import importlib.resources
import pkgutil
import subprocess
import sys

import parts
import parts.three
from open_ns import three
from open_ns.nested import one as nested_one
from open_ns.nested import two as nested_two
from parts import one, two
from parts.sub import from_one, from_two

assert parts.WHO == parts.sub.WHO == "one"
assert [module.WHO for module in (one, two, parts.three, from_one, from_two)] == ["one", "two", "three", "one", "two"]
assert [module.WHO for module in (nested_one, nested_two, three)] == ["one", "two", "three"]
assert {"one", "two", "three", "sub"} <= {module.name for module in pkgutil.iter_modules(parts.__path__)}
assert pkgutil.get_data("parts.one", "one.txt") == b"one"
assert [pkgutil.get_data("parts", f"{name}.txt") for name in ("one", "two")] == [b"one", b"two"]
for package, inside in ((parts, {"one.txt", "two.txt", "sub", "three"}), (parts.sub, {"from_one.py", "from_two.py"})):
    assert inside <= {entry.name for entry in importlib.resources.files(package).iterdir()}
assert [(importlib.resources.files(parts) / f"{name}.txt").read_text() for name in ("one", "two")] == ["one", "two"]
assert {"nested", "three.py"} <= {entry.name for entry in importlib.resources.files("open_ns").iterdir()}
for name in ("one", "two", "three"):
    assert importlib.metadata.version("part-" + name) == "1.0"
    # Commands and scripts, in `bin` or on PATH, run in this virtualenv.
    assert subprocess.check_output(["cmd-" + name], text=True) == f"{name} {sys.prefix}\n"
    assert subprocess.check_output(["script-" + name], text=True) == f"script of {name} {sys.prefix}\n"
