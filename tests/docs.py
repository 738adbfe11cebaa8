"""Renders the pages of the findings: `./dev docs`, and with `--check` says whether they are up to date.

The pages are those of `trekbok explain`; nobody writes them by hand.
"""

from __future__ import annotations

import sys
from pathlib import Path

from migrations import registry
from trekbok.pages import page

ROOT = Path(__file__).parent.parent
PAGES = ROOT / "docs" / "findings"
_HEADINGS = {
    "aspect_rules_py": "aspect_rules_py, v1 to v2",
    "rules_python": "rules_python",
    "starlark": "Starlark",
    "generator": "Dependencies, known by the generator",
    "rollout": "Hazards of precompiling",
    "lint": "The linter itself",
}


def rendered() -> dict[Path, str]:
    """Every page by the path it belongs at."""
    every = registry.load()
    pages = {PAGES / f"{item.id}.md": page(item, every) for item in every}
    lines = [
        "# Findings",
        "",
        "Rendered by `./dev docs` from what each finding declares; see `trekbok explain ID`.",
        "",
    ]
    for home, heading in _HEADINGS.items():
        lines += [f"## {heading}", "", "| id | | versions | fix |", "|---|---|---|---|"]
        for item in sorted(every, key=lambda item: item.id):
            if every.homes[item.id] == home:
                fix = "yes" if any(case.after is not None for case in item.cases) else ""
                lines.append(f"| [{item.id}]({item.id}.md) | {item.summary} | {item.gate} | {fix} |")
        lines.append("")
    pages[PAGES / "README.md"] = "\n".join(lines)
    return pages


def differing() -> list[str]:
    """What is not as it would be rendered, one sentence each."""
    wanted = rendered()
    there = set(PAGES.glob("*.md"))
    found = [f"{path.relative_to(ROOT)}: not there" for path in sorted(wanted.keys() - there)]
    found += [f"{path.relative_to(ROOT)}: belongs to no finding" for path in sorted(there - wanted.keys())]
    return found + [
        f"{path.relative_to(ROOT)}: out of date"
        for path in sorted(wanted.keys() & there)
        if path.read_text("utf-8") != wanted[path]
    ]


def write() -> None:
    """Writes the pages, and removes those that belong to nothing."""
    PAGES.mkdir(parents=True, exist_ok=True)
    wanted = rendered()
    for path in PAGES.glob("*.md"):
        if path not in wanted:
            path.unlink()
    for path, text in wanted.items():
        path.write_text(text, "utf-8")


def main(arguments: list[str]) -> int:
    """Writes or checks; gives the exit code."""
    if arguments not in ([], ["--check"]):
        print("usage: ./dev docs [--check]", file=sys.stderr)
        return 2
    if not arguments:
        write()
        return 0
    found = differing()
    for line in found:
        print(line)
    if found:
        print("run ./dev docs and commit what it writes")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
