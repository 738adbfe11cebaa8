"""The page of a migration as Markdown, from what the migration itself declares."""

from __future__ import annotations

from collections.abc import Mapping

from migrations import recipes
from migrations.migration import Case, Migration
from migrations.registry import Registry


def page(migration: Migration, registry: Registry) -> str:
    """The page: what, why, example, use instead, safety, references."""
    if registry.homes.get(migration.id) == "rollout":
        return _hazard(migration)
    text = migration.page
    named = recipes.recipes_of(migration.id, registry)
    lines = [
        f"# {migration.id}",
        "",
        migration.summary,
        "",
        f"*Versions:* {migration.gate}. *Recipe:* {', '.join(named) or 'none; run it with `--only`'}."
        f" *Files:* {', '.join(sorted(kind.value for kind in migration.kinds))}.",
        "",
        "## What it does",
        "",
        text.what.strip(),
        "",
        "## Why",
        "",
        text.why.strip(),
        "",
    ]
    example = next((case for case in migration.cases if case.after is not None), None)
    if example is not None:
        lines += [
            "## Example",
            "",
            *_files(example, example.before),
            "Use instead:",
            "",
            *_files(example, example.after),
        ]
    elif migration.cases:
        lines += ["## Example", "", *_files(migration.cases[0], migration.cases[0].before)]
    lines += ["## Fix safety", "", text.safety.strip(), ""]
    if text.references:
        lines += ["## References", "", *(f"- <{address}>" for address in text.references), ""]
    return "\n".join(lines)


def _hazard(hazard: Migration) -> str:
    """The page of a hazard of a rollout."""
    text = hazard.page
    parts = [f"# {hazard.id}", hazard.summary, "*Hazard of:* `trekbok rollout precompile plan`."]
    parts += ["## What it does", text.what, "## Why", text.why, "## What is seen", text.safety]
    references = "\n".join(f"- <{address}>" for address in text.references)
    return "\n\n".join([*parts, "## References", references]) + "\n"


def _files(case: Case, files: str | Mapping[str, str] | None) -> list[str]:
    named = {"BUILD.bazel": files} if isinstance(files, str) else dict(files or {})
    lines = []
    for path, text in named.items():
        if len(named) > 1 or path != "BUILD.bazel":
            lines += [f"`{path}`:", ""]
        lines += ["```starlark", text.strip("\n"), "```", ""]
    return lines
