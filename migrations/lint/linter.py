"""Runs the linter: looks at the files, leaves out what is not to be reported, and fixes what is left until nothing is.

What is found is what the migrations find, at the places where it stands in the files as they are. Nothing here writes
to the repository but the cache.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from buildfile.source import SourceFile
from migrations.lint.diagnostic import Diagnostic
from migrations.lint.job import Job, Result
from migrations.lint.look import Known
from migrations.lint.preview import Preview, previews
from migrations.lint.sieve import Sieve


def lint(job: Job, progress: Callable[[str, int, int], None] | None = None) -> Result:
    """Lints a repository, and plans the fixes if the job says so.

    Raises:
        migrations.lint.changed.GitError: `since` cannot be answered.
    """
    return Linter(job, progress).lint()


class Linter:
    """One run, which remembers what it knows for the previews."""

    def __init__(self, job: Job, progress: Callable[[str, int, int], None] | None = None) -> None:
        self.job = job
        self._known = Known(job, progress)

    def lint(self) -> Result:
        """All of it; see `lint`."""
        self._known.look()
        sieve = Sieve(self.job, self._known)
        result = sieve.report()
        if self.job.fix:
            from migrations.lint.fixing import fix

            fix(sieve, self._known, result)
        return result

    def previews(self, diagnostics: Sequence[Diagnostic]) -> dict[Diagnostic, Preview]:
        """What the fixes of some diagnostics do."""
        self._known.have_facts()
        by_path: dict[str, list[Diagnostic]] = {}
        for item in diagnostics:
            if item.safety is not None and item.path in self._known.entries:
                by_path.setdefault(item.path, []).append(item)
        found: dict[Diagnostic, Preview] = {}
        for path, items in by_path.items():
            entry = self._known.entries[path]
            file = SourceFile(path, entry.kind, b"" if entry.new else self._known.run.read(path))
            found.update(previews(self._known.run, file, items))
        return found
