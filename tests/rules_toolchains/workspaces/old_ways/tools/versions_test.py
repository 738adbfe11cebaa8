import sys
from pathlib import Path

_, new_path, new, old_path, old = sys.argv
assert Path(new_path).read_text().strip() == new
assert Path(old_path).read_text().strip() == old
