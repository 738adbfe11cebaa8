import sys
from pathlib import Path

version, by_rule, by_genrule, root_path = sys.argv[1:]
assert Path(by_rule).read_text() == Path(by_genrule).read_text() == version + "\n"
# An interpreter that is part of the build; in runfiles it is beside this repository.
assert Path(root_path).read_text().startswith("../")
assert Path(Path(root_path).read_text().strip()).exists()
