"""`./dev new-migration ID [PACKAGE]`: a migration, its cases and its golden tree, ready to fill in."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from migrations.registry import PACKAGES, RegistryError, load

ROOT = Path(__file__).parent.parent

_MODULE = '''"""What changed upstream, in one sentence.

https://example.com/the/upstream/document
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.source import FileKind
from migrations.finding import Finding
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.view import View


def find(view: View) -> Iterator[Finding]:
    """What is looked for."""
    yield from ()


MIGRATION = Migration(
    id="{id}",
    summary="Do this to that.",
    page=Page(
        what="What it does.",
        why="Why the old form has to go.",
        safety="What may change in meaning, and what is left to a person.",
        references=("https://example.com/the/upstream/document",),
    ),
    gate=Gate({gate}),
    kinds=(FileKind.BUILD,),
    needles=(b"{needle}",),
    find=find,
    cases=(Case("a file without it", 'exports_files(["a"])\\n'),),
)
'''


def main(argv: list[str]) -> int:
    """Writes the files; gives the exit code."""
    if not argv or len(argv) > 2 or not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", argv[0]):
        print(
            "./dev new-migration ID [PACKAGE]: ID in kebab-case, PACKAGE one of " + ", ".join(PACKAGES), file=sys.stderr
        )
        return 2
    id, package = argv[0], argv[1] if len(argv) == 2 else PACKAGES[0]
    if package not in PACKAGES:
        print(f"no package is called '{package}'; there are {', '.join(PACKAGES)}", file=sys.stderr)
        return 2
    try:
        load().get(id)
        print(f"the id '{id}' is taken", file=sys.stderr)
        return 2
    except RegistryError:
        pass
    written = write(ROOT, id, package)
    print("\n".join(f"wrote {path.relative_to(ROOT)}" for path in written))
    print(f"Fill them in, then: ./dev test -k {id}, ./dev accept tests/trekbok/test_goldens.py, ./dev docs")
    return 0


def write(root: Path, id: str, package: str) -> list[Path]:
    """Writes the module and the golden tree of a new migration below a checkout; gives their paths."""
    module = root / "migrations" / package / f"{id.replace('-', '_')}.py"
    gate = '"2.0.0-alpha.0"' if package == "aspect_rules_py" else 'module="rules_python"'
    case = root / "testdata" / "migrate" / id.replace("-", " ")
    files = {
        module: _MODULE.format(id=id, gate=gate, needle=id),
        case / "in" / "MODULE.bazel": 'bazel_dep(name = "aspect_rules_py", version = "1.11.7")\n',
        case / "in" / "BUILD.bazel": 'exports_files(["a"])\n',
        case / "only.run": f"$ trekbok migrate --only {id} -v\n",
    }
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return list(files)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
