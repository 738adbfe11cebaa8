"""`trekbok lint`."""

from __future__ import annotations

import datetime
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trekbok import __version__
from trekbok.cli import UsageProblem, common, find_root, load_config, load_registry, relative_path

if TYPE_CHECKING:
    from migrations.lint.job import Job, Result
    from migrations.lint.linter import Linter
    from migrations.lint.outside import Outside
    from migrations.migration import Migration
    from migrations.registry import Registry
    from trekbok.config import Loaded
    from trekbok.report.model import Report

DEFAULT_BASELINE = "trekbok-baseline.json"
FORMATS = ("text", "json", "sarif", "github", "gitlab", "junit", "html")
_WITH_PREVIEWS = ("sarif", "html")

_EPILOG = """\b
Selectors:
  ALL, an id (venv-rules), the words an id begins with (precompile),
  or a package of migrations (starlark); `trekbok list` shows them.
  unused-dependency, undeclared-dependency and import-cycle (together: generator)
  run where they are named, and in whole runs if the BUILD file at the root has
  a `# gazelle:python_` directive

\b
Exit codes:
  0  clean, or all fixed
  1  findings
  2  wrong usage or configuration
  3  some files could not be read, parsed or fixed"""


@click.command(epilog=_EPILOG)
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--fix", is_flag=True, help="Make the fixes that keep the meaning; what is left decides the exit code.")
@click.option("--unsafe-fixes", is_flag=True, help="With --fix: also those that may change it.")
@click.option("--diff", "show_diff", is_flag=True, help="With --fix: write nothing; print a patch for `git apply`.")
@click.option("--since", metavar="REF", help="Only files that changed since the merge base with REF.")
@click.option("--select", multiple=True, metavar="SELECTOR", help="Report these only. May be repeated, or a,b.")
@click.option("--ignore", multiple=True, metavar="SELECTOR", help="Do not report these. May be repeated, or a,b.")
@click.option("--to", metavar="PROFILE", help="The version to check for; default: what the configuration says.")
@click.option("--format", "format_", type=click.Choice(FORMATS), help="What is printed; default text.")
@click.option("--output", "outputs", multiple=True, metavar="FORMAT[=FILE]", help="A report. May be repeated.")
@click.option(
    "--baseline",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help=f"The baseline; default: what the configuration says, else {DEFAULT_BASELINE} if it is there.",
)
@click.option("--write-baseline", is_flag=True, help="Put what is found into the baseline; one that is there shrinks.")
@click.option("--prune-baseline", is_flag=True, help="Take out of the baseline what is fixed.")
@click.option("--grow", is_flag=True, help="With --write-baseline: let a baseline that is there grow.")
@click.option("--expires", metavar="DATE", help="With --write-baseline: when its findings count again, YYYY-MM-DD.")
@click.option("--owner", default="", metavar="WHO", help="With --write-baseline: who is to fix them.")
@click.option("--stdin-path", metavar="PATH", help="With the path `-`: what file standard input stands for.")
@click.option("--no-cache", is_flag=True, help="Neither use nor write the cache in .trekbok.")
@click.option("--exit-zero", is_flag=True, help="End with 0 though there are findings.")
@common
def lint(
    paths: tuple[str, ...],
    fix: bool,
    unsafe_fixes: bool,
    show_diff: bool,
    since: str | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    to: str | None,
    format_: str | None,
    outputs: tuple[str, ...],
    baseline: Path | None,
    write_baseline: bool,
    prune_baseline: bool,
    grow: bool,
    expires: str | None,
    owner: str,
    stdin_path: str | None,
    no_cache: bool,
    exit_zero: bool,
    root: Path | None,
    jobs: int,
    quiet: bool,
    verbose: bool,
    color: str,
) -> None:
    """Find deprecated symbols, and what else is wrong in BUILD files.

    PATHs narrow what is reported, never what is known; `-` is standard input.
    """
    from migrations.lint.changed import GitError, Question

    base = find_root(root)
    try:
        changes = Question(base, since) if since else None
    except GitError as error:
        raise UsageProblem(str(error)) from None
    settings = load_config(base)
    registry = _registry(base, settings, use=not no_cache, keep=not (no_cache or "-" in paths))
    targets = outputs_of(format_, outputs)
    if show_diff and not fix:
        raise UsageProblem("--diff shows what --fix would do; pass both")
    if (write_baseline or prune_baseline) and (since or paths):
        raise UsageProblem("a baseline is about the whole repository; run without paths and --since")
    stdin = "-" in paths
    texts = {_path_of_stdin(paths, stdin_path, base): sys.stdin.buffer.read()} if stdin else {}
    from buildfile.source import FileKind, SourceFile
    from migrations.lint.diagnostic import failure_of
    from migrations.lint.linter import Linter
    from migrations.lint.own import FAILED_CHECK

    job = job_of(base, settings, registry, to, select, ignore, jobs, [] if stdin else list(paths))
    baseline_path = baseline or baseline_of(base, settings)
    job = replace(
        job,
        since=changes,
        texts=texts,
        fix=fix,
        unsafe=unsafe_fixes or settings.config.lint.unsafe_fixes,
        cache=not no_cache,
        baseline=read_baseline(baseline_path),
        outside=_outside(base, settings, job, select, whole=not (since or stdin), jobs=jobs, cache=not no_cache),
    )
    job = replace(
        job, request=replace(job.request, exclude=(*job.request.exclude, *_ours(base, settings, baseline_path)))
    )
    if write_baseline or prune_baseline:
        wanted = baseline_path or base / DEFAULT_BASELINE
        _change_baseline(job, wanted, write_baseline, grow, _date(expires), owner, quiet)
        return
    with _progress(color, quiet) as tell:
        try:
            linter = Linter(job, tell)
            result = linter.lint()
        except GitError as error:
            raise UsageProblem(str(error)) from None
    for problem in job.outside.problems if job.outside is not None else ():
        top = SourceFile("BUILD.bazel", FileKind.BUILD, b"")
        result.diagnostics.append(failure_of(FAILED_CHECK, top, 0, f"dependencies are not checked: {problem}"))
    if baseline_path is not None:
        _report_stale(result, job, baseline_path, base)
    if fix:
        _apply(base, result, texts, show_diff)
    report = _report(result, registry, exit_zero)
    if any(name in _WITH_PREVIEWS for name, _ in targets):
        report = replace(report, previews=linter.previews(report.diagnostics))
    for name, file in targets:
        if stdin and fix and file is None:
            continue
        if name == "html":
            content = _page(linter, report, settings, recorded=job.whole and not (select or ignore or to))
        elif name == "text":
            from trekbok.report import text

            painted = color == "always" or (color == "auto" and file is None and _colours())
            content = text.render(report, color=painted, notes=verbose, quiet=quiet)
        else:
            content = _renderer(name)(report)
        _write(content, file)
    sys.exit(report.exit_code)


def job_of(
    base: Path,
    settings: Loaded,
    registry: Registry,
    to: str | None = None,
    select: tuple[str, ...] = (),
    ignore: tuple[str, ...] = (),
    jobs: int = 0,
    paths: Sequence[str] = (),
) -> Job:
    """What is to be linted, as the command line and the configuration say.

    Raises:
        UsageProblem: a profile, a selector or a path that does not exist.
    """
    import msgspec

    from migrations.lint.job import Job
    from migrations.lint.selection import SelectionError
    from migrations.lint.selection import select as selection_of
    from migrations.profiles import PROFILES
    from migrations.registry import RegistryError
    from migrations.run import Request

    config = settings.config
    profile = to or config.to
    if profile != "auto" and profile not in PROFILES:
        where, known = "--to" if to else settings.place("to"), ", ".join(PROFILES)
        raise UsageProblem(f"{where}: no profile is called '{profile}'; there are auto, {known}")
    try:
        active = registry.select((), config.skip)
    except RegistryError as error:
        raise UsageProblem(f"{settings.place('skip')}: {error}") from None
    try:
        selection = selection_of(
            registry,
            _split(select) or config.lint.select,
            (*_split(ignore), *(config.lint.ignore if not select else ())),
            config.lint.per_path_ignores,
        )
    except SelectionError as error:
        given = error.selector in (*_split(select), *_split(ignore))
        raise UsageProblem(f"{'' if given else _named_at(settings, error.selector)}{error}") from None
    own = "".join(f"{path}\n{_content(base / path)}" for path in config.migrations)
    key = f"{msgspec.json.encode(config).decode()}\n{own}"
    request = Request(
        base,
        active,
        profile,
        {"semantics": config.semantics, "bump": "no"},
        [relative_path(path, base) for path in paths],
        config.exclude,
        jobs,
        unsafe=False,
    )
    return Job(request, selection, key=key, ids=tuple(item.id for item in registry))


def _named_at(settings: Loaded, selector: str) -> str:
    """The place in the configuration of a selector, with a colon behind it."""
    lint = settings.config.lint
    for key, selectors in (("select", lint.select), ("ignore", lint.ignore)):
        if selector in selectors:
            return f"{settings.place('lint', key)}: "
    pattern = next((pattern for pattern, selectors in lint.per_path_ignores.items() if selector in selectors), "")
    return f"{settings.place('lint', 'per-path-ignores', pattern)}: "


def _outside(
    base: Path, settings: Loaded, job: Job, select: tuple[str, ...], *, whole: bool, jobs: int, cache: bool
) -> Outside | None:
    """The checks that know more than BUILD files: of a rollout if they are named, of dependencies if they are or the
    repository uses the generator."""
    from migrations.lint.own import DEPENDENCIES
    from migrations.rollout.pages import HAZARDS

    words = [selector.rstrip("-") for selector in _split(select) or settings.config.lint.select]

    def named(home: str, known: Sequence[Migration]) -> frozenset[str]:
        return frozenset(
            item.id
            for item in known
            for word in words
            if item.id in job.selection.ids and (word in (home, item.id) or item.id.startswith(word + "-"))
        )

    found: Outside | None = None
    wanted = any(item.id in job.selection.ids for item in DEPENDENCIES)
    if named("generator", DEPENDENCIES) or (wanted and whole and _uses_generator(base)):
        from trekbok.dependencies import outside

        found = outside(base, settings.config.exclude, jobs, cache)
    hazardous = named("rollout", HAZARDS)
    if hazardous and not job.texts:
        from migrations.rollout.checks import outside as hazards
        from migrations.rollout.manifest import ManifestError
        from migrations.rollout.patterns import BadPattern

        try:
            held = hazards(base, hazardous, settings.config.exclude, jobs)
        except (ManifestError, BadPattern) as error:
            raise UsageProblem(str(error)) from None
        found = held if found is None else found.with_others(held)
    return found


def _uses_generator(base: Path) -> bool:
    """Whether the BUILD file at the root has a directive for the generator of Python targets."""
    for name in ("BUILD.bazel", "BUILD"):
        if (base / name).is_file():
            text = _content(base / name)
            return any(
                line.lstrip("# \t").startswith("gazelle:python_") for line in text.splitlines() if line.startswith("#")
            )
    return False


def _ours(base: Path, settings: Loaded, baseline: Path | None) -> list[str]:
    """Patterns of the files that hold what the linter itself keeps, which are full of what it looks for."""
    files = [baseline or base / DEFAULT_BASELINE, base / settings.config.lint.history]
    absolute = [Path(os.path.abspath(file)) for file in files if file != base]
    return [f"/{file.relative_to(base).as_posix()}" for file in absolute if file.is_relative_to(base)]


def _content(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""


def _split(selectors: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word.strip() for item in selectors for word in item.split(",") if word.strip())


def outputs_of(
    format_: str | None, outputs: tuple[str, ...], formats: Sequence[str] = FORMATS
) -> list[tuple[str, Path | None]]:
    """The formats and where they go; None is standard output.

    Raises:
        UsageProblem: a format that there is not, or two reports for standard output.
    """
    targets: list[tuple[str, Path | None]] = [(format_, None)] if format_ else []
    for output in outputs:
        name, equals, file = output.partition("=")
        if name not in formats:
            import difflib

            near = difflib.get_close_matches(name, formats, 1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(formats)}"
            raise UsageProblem(f"--output: no format is called '{name}'; {hint}")
        if equals and not file:
            raise UsageProblem(f"--output: {output} names no file")
        targets.append((name, Path(file) if file and file != "-" else None))
    if sum(1 for _, file in targets if file is None) > 1:
        raise UsageProblem("only one report can go to standard output; give the others a file: --output sarif=FILE")
    return targets if any(file is None for _, file in targets) or outputs else [("text", None)]


def _registry(base: Path, settings: Loaded, *, use: bool, keep: bool) -> Registry:
    """All migrations; ours are imported as they are needed where an earlier run has written them down."""
    from migrations.lint import catalogue

    known = catalogue.read(base) if use else None
    registry = load_registry(base, settings, known)
    if keep and known is None:
        catalogue.write(base, registry)
    return registry


def _path_of_stdin(paths: tuple[str, ...], given: str | None, base: Path) -> str:
    if len(paths) > 1:
        raise UsageProblem("standard input is one file; give no other path beside '-'")
    if not given:
        raise UsageProblem("say with --stdin-path what file standard input stands for")
    absolute = Path(os.path.abspath(given))
    for directory in (base, base.resolve()):
        if absolute.is_relative_to(directory):
            return absolute.relative_to(directory).as_posix()
    raise UsageProblem(f"--stdin-path: {given} is not in the repository {base}")


def _date(text: str | None) -> str:
    if text is None:
        return ""
    try:
        return datetime.date.fromisoformat(text).isoformat()
    except ValueError:
        raise UsageProblem(f"--expires: '{text}' is no date; write it as YYYY-MM-DD") from None


def _progress(color: str, quiet: bool) -> Any:
    """The progress bar, which is only for terminals."""
    if quiet or not sys.stdout.isatty():
        import contextlib

        return contextlib.nullcontext(None)
    from trekbok.cli import console_for, progress_for

    return progress_for(console_for(color), quiet)


def baseline_of(base: Path, settings: Loaded) -> Path | None:
    """The baseline that the configuration names, else the one that `--write-baseline` made."""
    if settings.config.lint.baseline:
        return base / settings.config.lint.baseline
    default = base / DEFAULT_BASELINE
    return default if default.is_file() else None


def read_baseline(path: Path | None) -> tuple[Any, ...]:
    """The entries of a baseline; none if there is no such file.

    Raises:
        UsageProblem: it is no baseline.
    """
    if path is None:
        return ()
    from migrations.lint.baseline import BaselineError, read

    try:
        return read(path)
    except BaselineError as error:
        raise UsageProblem(str(error)) from None


def _change_baseline(job: Job, path: Path, grow_it: bool, grow: bool, expires: str, owner: str, quiet: bool) -> None:
    """Writes the baseline: less what is fixed, and more only if it is new or may grow."""
    from migrations.lint.baseline import encode, entries_of
    from migrations.lint.linter import lint as run

    there = path.exists()
    job = replace(job, baseline=read_baseline(path), fix=False)
    result = run(job)
    new = [item for item in result.diagnostics if item.blocks and not item.failure and not item.expired]
    add = entries_of(new, owner, expires) if grow_it and (grow or not there) else []
    entries = [*result.kept, *add]
    try:
        path.write_bytes(encode(entries))
    except OSError as error:
        raise UsageProblem(f"{path}: cannot be written: {error.strerror or error}") from None
    gone = sum(count for _, count in result.stale)
    refused = new if grow_it and not add else []
    if not quiet:
        count = sum(entry.count for entry in entries)
        click.echo(f"{path}: {count:,} {'finding' if count == 1 else 'findings'}, {gone:,} taken out")
        if refused:
            what = "finding was" if len(refused) == 1 else "findings were"
            click.echo(f"{len(refused):,} new {what} not put in; fix or suppress them, or pass --grow")
    sys.exit(1 if refused else 0)


def _report_stale(result: Result, job: Job, path: Path, base: Path) -> None:
    """Adds what is left over in the baseline to the findings; with --fix it is taken out."""
    from buildfile.source import FileKind, SourceFile
    from migrations.lint.baseline import encode
    from migrations.lint.diagnostic import failure_of
    from migrations.lint.own import STALE_BASELINE

    if not result.stale:
        return
    data = path.read_bytes()
    if job.fix:
        path.write_bytes(encode(result.kept))
        result.fixed[STALE_BASELINE] += sum(count for _, count in result.stale)
        return
    try:
        name = path.absolute().relative_to(base).as_posix()
    except ValueError:
        name = path.as_posix()
    file = SourceFile(name, FileKind.TEXT, data)
    for entry, count in result.stale:
        if not job.selection.wants(STALE_BASELINE, name):
            continue
        offset = max(data.find(entry.key.encode()), 0)
        offset = data.rfind(b"\n", 0, offset) + 1
        times = f" {count} times" if count > 1 else ""
        message = f"{entry.path} has no such {entry.id} any more{times}, but the baseline would still allow it"
        advice = "Run `trekbok lint --prune-baseline` and commit the file."
        result.diagnostics.append(replace(failure_of(STALE_BASELINE, file, offset, message, advice), failure=False))


def _apply(base: Path, result: Result, texts: dict[str, bytes], show_diff: bool) -> None:
    """Writes the fixes, or prints them."""
    sys.stdout.flush()
    if show_diff:
        from buildfile.plan import diff

        sys.stdout.buffer.write(diff(result.changes))
        sys.stdout.buffer.flush()
        return
    if texts:
        (path,) = texts
        fixed = next((change.new or b"" for change in result.changes if change.path == path), texts[path])
        sys.stdout.buffer.write(fixed)
        sys.stdout.buffer.flush()
        return
    from buildfile.writer import write

    _, failures = write(base, result.changes)
    if failures:
        from buildfile.source import FileKind, SourceFile
        from migrations.lint.diagnostic import failure_of
        from migrations.lint.own import FAILED_CHECK

        for failure in failures:
            file = SourceFile(failure.path, FileKind.TEXT, b"")
            result.diagnostics.append(failure_of(FAILED_CHECK, file, 0, f"not written: {failure.reason}"))
        refused = {failure.path for failure in failures}
        result.changes = [change for change in result.changes if change.path not in refused]


def _report(result: Result, registry: Registry, exit_zero: bool) -> Report:
    from trekbok.report.model import Report

    code = 0
    if any(item.blocks for item in result.diagnostics) and not exit_zero:
        code = 1
    if any(item.failure for item in result.diagnostics):
        code = 3
    shown = (
        item if item.path.isprintable() else replace(item, path=_displayed(item.path)) for item in result.diagnostics
    )
    rules = {item.id: item for item in registry if item.id not in result.not_run}
    return Report(
        __version__,
        tuple(shown),
        rules,
        result.checked,
        result.suppressed,
        result.baselined,
        result.fixed,
        tuple(_displayed(change.path) for change in result.changes),
        code,
    )


def _displayed(path: str) -> str:
    """A path as it can be printed: bytes that are no text are replaced."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _write(content: str, file: Path | None) -> None:
    """Writes one report, None is standard output."""
    data = content.encode("utf-8", "replace")
    if file is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    else:
        from trekbok.cli import write_report

        write_report(file, data)


def _page(linter: Linter, report: Report, settings: Loaded, *, recorded: bool) -> str:
    """The HTML report; a run over everything, as configured, is put on record for its burn-down."""
    from collections import Counter

    from migrations.lint import history
    from migrations.rollout.owners import owners
    from trekbok.report import html

    root, named = linter.job.request.root, settings.config.lint.history
    path = root / named if named else history.default(root)
    counts = Counter(item.id for item in report.diagnostics) + Counter(report.baselined)
    points = history.record(path, counts, datetime.datetime.now(datetime.UTC)) if recorded else history.read(path)
    facts = html.facts_of(
        (
            ("findings", len(report.errors)),
            ("notes", len(report.notes)),
            ("in the baseline", sum(report.baselined.values())),
            ("suppressed", sum(report.suppressed.values())),
            ("fixed", sum(report.fixed.values())),
            ("files checked", report.checked),
            ("trekbok", report.version),
        )
    )
    return html.render(
        html.Content("trekbok lint", facts, report.diagnostics, report.rules, report.previews, points, owners(root))
    )


def _renderer(name: str) -> Callable[[Report], str]:
    import importlib

    module = importlib.import_module(f"trekbok.report.{'lint_json' if name == 'json' else name}")
    render: Callable[[Report], str] = module.render
    return render


def _colours() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
