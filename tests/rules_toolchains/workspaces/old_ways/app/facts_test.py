import sys
from pathlib import Path

facts, imports = (Path(path).read_text().splitlines() for path in sys.argv[1:])
assert facts == ["runtime: PY3", "lib/counting.py", "lib/greeting.py", "lib/words.py"], facts
assert [Path(path).name for path in imports] == ["app"], imports
