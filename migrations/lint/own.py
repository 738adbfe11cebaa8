"""The checks that are the linter's own: what only it can know, since it is about files it cannot read, about comments
that suppress findings, and about the baseline.

They declare themselves as migrations do, so that they have a page and can be selected; their findings come from
`linter`, and `find` has nothing to say.
"""

from __future__ import annotations

from collections.abc import Iterable

from buildfile.source import STARLARK, FileKind
from migrations.finding import Finding
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.view import View

SYNTAX_ERROR = "syntax-error"
UNREADABLE_FILE = "unreadable-file"
FAILED_CHECK = "failed-check"
STALE_SUPPRESSION = "stale-suppression"
BAD_SUPPRESSION = "bad-suppression"
STALE_BASELINE = "stale-baseline"
UNUSED_DEPENDENCY = "unused-dependency"
UNDECLARED_DEPENDENCY = "undeclared-dependency"
IMPORT_CYCLE = "import-cycle"


def nothing(view: View) -> Iterable[Finding]:
    """What the linter reports itself is not found by looking at one file."""
    return ()


def _own(id: str, summary: str, what: str, why: str, safety: str, *cases: Case) -> Migration:
    return Migration(
        id=id,
        summary=summary,
        page=Page(what, why, safety, ("https://bazel.build/concepts/build-files",)),
        gate=Gate(module=""),
        kinds=STARLARK,
        needles=(b"trekbok:",),
        find=nothing,
        cases=cases,
    )


OWN = (
    _own(
        BAD_SUPPRESSION,
        "Say in a suppression comment what is suppressed, and why.",
        "Reports `# trekbok:` comments that have no reason, name a finding that does not exist, or are no directive.",
        "A suppression that nobody can explain stays for ever, and one with a typing error suppresses nothing.",
        "There is no fix: only its author knows the reason.",
        Case(
            "a suppression with a reason",
            "# trekbok: disable=unused-load (kept for a macro that reads it)\nexports_files([])\n",
        ),
    ),
    _own(
        FAILED_CHECK,
        "Report a check that broke on a file.",
        "Reports a file that one check could not deal with because of an error in the check, or a fix that was "
        "refused because its result would not have been right. The other checks still count.",
        "A check that breaks must not look like a check that found nothing.",
        "There is no fix; please report it.",
        Case("a file like any other", "exports_files([])\n"),
    ),
    _own(
        STALE_BASELINE,
        "Take what is fixed out of the baseline.",
        "Reports entries of the baseline that stand for nothing any more. Only a run over the whole repository "
        "knows, so runs with `--since`, with paths or on standard input do not report it.",
        "A baseline may only shrink. An entry that is left over would let the same thing come back.",
        "`trekbok lint --prune-baseline` and `--fix` take the entries out.",
        Case("a repository without a baseline", "exports_files([])\n"),
    ),
    _own(
        STALE_SUPPRESSION,
        "Remove suppression comments that suppress nothing.",
        "Reports `# trekbok: disable=` comments, and single ids in them, that no finding needs. Ids of checks that do "
        "not run here are not judged.",
        "A suppression that is left over would hide the next finding at its place.",
        "Safe: the comment, or the id in it, is removed and nothing else.",
        Case("another tool's suppression", "# buildifier: disable=load (read by a script)\nexports_files([])\n"),
    ),
    _own(
        SYNTAX_ERROR,
        "Write files that Bazel can read.",
        "Reports files that are no Starlark: what does not parse, and what Python has and Starlark has not.",
        "Bazel cannot load the package, and no other check can say anything about the rest of the file.",
        "There is no fix.",
        Case("a file that Bazel reads", 'exports_files(["a"])\n'),
    ),
    _own(
        UNREADABLE_FILE,
        "Report files that cannot be read.",
        "Reports files that the system does not let trekbok read, and notes links that lead out of the repository, "
        "which are not followed.",
        "What is not read is not checked, and must not count as clean.",
        "There is no fix.",
        Case("a file that can be read", "exports_files([])\n"),
    ),
)
"""The linter's own checks, by id."""

_WHEN = (
    " It needs to know every target and what its sources import, as `trekbok generate` does, so it runs only where a "
    'selector names it (`--select unused-dependency`, `select = ["ALL", "generator"]`), and in runs over the whole '
    "repository (no `--since`, no standard input) if the BUILD file at the root has a `# gazelle:python_` directive."
)
_ONLY = " Only targets that `trekbok generate` would make, under the names it would give them, are judged."


def _of_generator(id: str, summary: str, what: str, why: str, safety: str) -> Migration:
    return Migration(
        id=id,
        summary=summary,
        page=Page(what + _ONLY + _WHEN, why, safety, ("https://bazel.build/concepts/dependencies",)),
        gate=Gate(module=""),
        kinds=(FileKind.BUILD,),
        needles=(),
        find=nothing,
        cases=(Case("a target without sources of its own", 'py_library(name = "a")\n'),),
    )


DEPENDENCIES = (
    _of_generator(
        IMPORT_CYCLE,
        "Break circles of imports between targets.",
        "Reports targets whose sources import each other in a circle, with the imports that close it.",
        "Bazel refuses dependencies that go in a circle, so one of the targets lacks a dependency it needs.",
        "There is no fix: people have to decide where the circle is broken.",
    ),
    _of_generator(
        UNDECLARED_DEPENDENCY,
        "Declare what a target imports as its dependency.",
        "Reports imports of a target's sources that resolve to a target it does not depend on directly.",
        "Such an import works for as long as some other dependency brings the module along, and breaks with it.",
        "Safe: the label is added to `deps`, or to `pyi_deps` if only type checkers need it; one that would close a "
        "circle is left to a person. Lists with elements that are no string literals may have the dependency already; "
        "there, labels of other repositories are not judged.",
    ),
    _of_generator(
        UNUSED_DEPENDENCY,
        "Remove dependencies that no source imports.",
        "Reports labels in `deps` and `pyi_deps` that no import of the target's sources resolves to. A target with an "
        "import that resolves to nothing is not judged, which is a note.",
        "A dependency that is left over is built, tested and packed for nothing, and brings its own along.",
        "Unsafe: what is found by its name at run time (plug-ins, `importlib`) is imported by no statement. Mark "
        "such a dependency `# keep`, or name it in a `# gazelle:include_dep` comment of the source.",
    ),
)
"""What only the generator can find; the command line replaces these by checks that know it, see `linter.Outside`."""
