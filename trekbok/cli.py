"""The command line.

Commands import what they need when they run, so that `--help` stays fast.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trekbok import __version__

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from rich.console import Console

    from buildfile.plan import Plan
    from buildfile.writer import GitState
    from migrations.migration import Migration
    from migrations.registry import Registry
    from trekbok.config import Loaded

EXIT_CODES = """\b
Exit codes:
  0  clean, or done
  1  something needs a person, or would change (--check, --diff)
  2  wrong usage or configuration
  3  some files failed"""


class UsageProblem(click.ClickException):
    """Wrong usage or configuration; the program ends with 2."""

    exit_code = 2


class Failed(click.ClickException):
    """The system did not let the program do its work; it ends with 3."""

    exit_code = 3


_COMMANDS = {
    "emit": ("trekbok.emit_cli", "Write the rules into DIR, or bring what is there up to date."),
    "generate": ("trekbok.generate_cli", "Bring BUILD files in line with the Python sources."),
    "lint": ("trekbok.lint_cli", "Find deprecated symbols, and what else is wrong in BUILD files."),
    "lsp": (
        "trekbok.lsp",
        "Serve findings, fixes and their pages to an editor (language server protocol, standard input and output).",
    ),
    "manifest": (
        "trekbok.generate_cli",
        "Write gazelle_python.yaml, which says what distribution provides what module.",
    ),
    "rollout": ("trekbok.rollout_cli", "Opt a repository in to something, stage by stage."),
}
"""Commands that live in modules of their own, imported when they are called; the text is for `--help` alone."""


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *_COMMANDS})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in _COMMANDS:
            import importlib

            module = importlib.import_module(_COMMANDS[cmd_name][0])
            command: click.Command = getattr(module, cmd_name)
            return command
        return super().get_command(ctx, cmd_name)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise  # nobody reads on, which click knows about
        except OSError as error:
            where = f"{os.fsdecode(error.filename)}: " if isinstance(error.filename, str | bytes) else ""
            raise Failed(f"{where}{error.strerror or error}; the run ended here") from None
        except RuntimeError as error:
            from buildfile.parallel import WorkerDied

            if not isinstance(error, WorkerDied):
                raise
            raise Failed(f"{error}; out of memory? --jobs 1 needs the least") from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = []
        for name in self.list_commands(ctx):
            own = super().get_command(ctx, name)
            rows.append((name, own.get_short_help_str(80) if own is not None else _COMMANDS[name][1]))
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib

            near = difflib.get_close_matches(args[0], self.list_commands(ctx), 1)
            if not near:
                raise
            raise click.UsageError(f"{error.message} Did you mean '{near[0]}'?", ctx) from None


def common(command: Any) -> Any:
    """The options that every command has."""
    for option in (
        click.option(
            "--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Colour the output."
        ),
        click.option("-v", "--verbose", is_flag=True, help="Say more: notes, every changed file."),
        click.option("-q", "--quiet", is_flag=True, help="Say only what needs a person, and failures."),
        click.option("--jobs", type=click.IntRange(min=0), default=0, metavar="N", help="Processes; 0 is one a core."),
        click.option(
            "--root",
            type=click.Path(path_type=Path, file_okay=False),
            metavar="DIR",
            help="The repository; default: the nearest directory upwards with a MODULE.bazel or WORKSPACE.",
        ),
    ):
        command = option(command)
    return command


@click.group(cls=_Commands, epilog=EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="trekbok")
def main() -> None:
    """BUILD files for Python in Bazel: migrated, linted, rolled out, generated."""


@main.command(epilog=EXIT_CODES)
@click.argument("arguments", nargs=-1, metavar="[RECIPE] [PATH]...")
@click.option("--to", metavar="PROFILE", help="The version to move to; default auto, see `trekbok list`.")
@click.option("--semantics", type=click.Choice(["preserve", "plain"]), help="Keep the v1 shape (default), or not.")
@click.option("--check", is_flag=True, help="Write nothing; end with 1 if anything would change.")
@click.option("--diff", "show_diff", is_flag=True, help="Write nothing; print a patch for `git apply`.")
@click.option("--only", multiple=True, metavar="ID", help="Run this migration only. May be repeated.")
@click.option("--skip", multiple=True, metavar="ID", help="Do not run this migration. May be repeated.")
@click.option("--no-bump", is_flag=True, help="Leave the version of the bazel_dep as it is.")
@click.option("--allow-dirty", is_flag=True, help="Also overwrite files with changes that git does not have.")
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write a report, JSON.")
@click.option("--output", "outputs", multiple=True, metavar="html=FILE", help="Write a report, one page of HTML.")
@common
def migrate(
    arguments: tuple[str, ...],
    to: str | None,
    semantics: str | None,
    check: bool,
    show_diff: bool,
    only: tuple[str, ...],
    skip: tuple[str, ...],
    no_bump: bool,
    allow_dirty: bool,
    report: Path | None,
    outputs: tuple[str, ...],
    root: Path | None,
    jobs: int,
    quiet: bool,
    verbose: bool,
    color: str,
) -> None:
    """Rewrite a repository, all of it at once.

    RECIPE names a bundle of migrations, see `trekbok list`; default: aspect-rules-py-v2. PATHs narrow what is
    edited, never what is known.
    """
    from buildfile.writer import GitState
    from migrations import engine, recipes
    from migrations.profiles import PROFILES
    from migrations.registry import RegistryError
    from migrations.run import Request

    base = find_root(root)
    settings = load_config(base)
    config = settings.config
    profile = to or config.to
    if profile != "auto" and profile not in PROFILES:
        raise UsageProblem(f"--to: no profile is called '{profile}'; there are auto, {', '.join(PROFILES)}")
    registry = load_registry(base, settings)
    recipe_name, paths = _recipe_and_paths(arguments, base)
    try:
        if only:
            chosen = registry.select(only, skip)
        else:
            recipe = recipes.find(recipe_name)
            registry.select((), skip)
            chosen = recipes.members(recipe, registry).keep(
                lambda item: item.id not in skip and item.id not in config.skip
            )
    except RegistryError as error:
        raise UsageProblem(str(error)) from None
    pages = [_html_file(output) for output in outputs]
    git = None if check or show_diff or allow_dirty else GitState(base)
    console = console_for(color, stderr=show_diff)
    bumps = not no_bump and any(item.id == "bazel-dep-version" for item in chosen)
    options = {"semantics": semantics or config.semantics, "bump": "yes" if bumps else "no"}
    request = Request(base, chosen, profile, options, paths, config.exclude, jobs)
    with progress_for(console, quiet) as tell:
        outcome = engine.run(request, tell)
    if show_diff:
        from buildfile.plan import diff

        sys.stdout.flush()
        sys.stdout.buffer.write(diff(outcome.plan.changes))
        sys.stdout.buffer.flush()
    writing = not (check or show_diff)
    if writing:
        write_plan(base, outcome.plan, git, console)
    code = exit_code(outcome, would_change=not writing)
    from trekbok.report.summary import print_summary

    print_summary(
        console,
        outcome,
        written=writing,
        verb="changed" if writing else "would change",
        verbose=verbose,
        quiet=quiet,
    )
    if report is not None:
        from trekbok.report.run_json import encode, report_of

        write_report(report, encode(report_of(outcome, written=writing, exit_code=code)))
    if pages:
        from migrations.rollout.owners import owners
        from trekbok.report import migrate_html

        page = migrate_html.render(outcome, registry, owners(base), written=writing).encode("utf-8", "replace")
        for file in pages:
            write_report(file, page)
    sys.exit(code)


def _html_file(output: str) -> Path:
    """The file that `html=FILE` names.

    Raises:
        UsageProblem: it is something else.
    """
    name, _, file = output.partition("=")
    if name != "html" or not file:
        raise UsageProblem(f"--output: '{output}' is not html=FILE")
    return Path(file)


def write_plan(root: Path, plan: Plan, git: GitState | None, console: Console, own: Collection[str] = ()) -> None:
    """Writes a plan; what cannot be written moves to the failures.

    Args:
        root: the repository.
        plan: what to write.
        git: what git knows, if files with changes that it does not have are to be left alone.
        console: where a progress bar may go.
        own: files of trekbok's own, which may be written whatever git knows of them.

    Raises:
        UsageProblem: there are such files; nothing is written.
    """
    from buildfile.writer import GitUnknown, write

    if git is not None:
        try:
            dirty = git.dirty([item.path for item in plan.changes if item.old is not None and item.path not in own])
        except GitUnknown as error:
            raise UsageProblem(
                f"nothing was written: git does not say which files have changes that it does not have yet: {error}\n"
                "Have git answer, or pass --allow-dirty."
            ) from None
        if dirty:
            shown = "\n".join(f"  {path}" for path in dirty[:10])
            more = f"\n  and {len(dirty) - 10:,} more" if len(dirty) > 10 else ""
            raise UsageProblem(
                f"nothing was written: these files have changes that git does not have yet:\n{shown}{more}\n"
                "Commit or stash them, or pass --allow-dirty."
            )
    with progress_for(console, quiet=False) as tell:
        total, count = len(plan.changes), 0

        def one(path: str) -> None:
            nonlocal count
            count += 1
            tell("write", count, total)

        written, failures = write(root, plan.changes, one)
    done = set(written)
    plan.changes = [change for change in plan.changes if change.path in done]
    plan.failures += failures
    plan.sort()


def exit_code(outcome: Any, *, would_change: bool) -> int:
    """The exit code of a run: the worst of what happened."""
    from migrations.finding import Level

    if outcome.plan.failures:
        return 3
    if outcome.plan.skips or any(item.level is Level.PERSON for item in outcome.findings):
        return 1
    return 1 if would_change and outcome.plan.changes else 0


def _recipe_and_paths(arguments: tuple[str, ...], root: Path) -> tuple[str, list[str]]:
    """The recipe and the repository-relative paths of the arguments; the first may be a recipe."""
    from migrations import recipes

    rest = list(arguments)
    name = recipes.DEFAULT
    if rest:
        if any(rest[0] == recipe.name for recipe in recipes.RECIPES):
            name = rest.pop(0)
        elif not os.path.lexists(rest[0]) and "/" not in rest[0] and "." not in rest[0]:
            from migrations.registry import RegistryError

            try:
                recipes.find(rest[0])
            except RegistryError as error:
                raise UsageProblem(f"{error}, and there is no such path") from None
    return name, [relative_path(path, root) for path in rest]


def relative_path(path: str, root: Path) -> str:
    """A path given on the command line, relative to the root.

    Raises:
        UsageProblem: it does not exist or lies outside.
    """
    absolute = Path(os.path.abspath(path))
    if not os.path.lexists(absolute):
        raise UsageProblem(f"{path}: there is no such file or directory")
    for base in (root, root.resolve()):
        try:
            text = absolute.relative_to(base).as_posix()
            return "" if text == "." else text
        except ValueError:
            continue
    raise UsageProblem(f"{path}: is not in the repository {root}")


@main.command("list", epilog=EXIT_CODES)
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@common
def list_migrations(as_json: bool, root: Path | None, jobs: int, quiet: bool, verbose: bool, color: str) -> None:
    """List the recipes, their migrations and the profiles."""
    from migrations import recipes
    from migrations.profiles import PROFILES

    base = find_root(root, required=False)
    registry = load_registry(base, load_config(base))
    if as_json:
        import msgspec

        items = [
            {
                "id": item.id,
                "summary": item.summary,
                "recipes": recipes.recipes_of(item.id, registry),
                "versions": str(item.gate),
                "kinds": sorted(kind.value for kind in item.kinds),
                "fixable": any(case.after is not None for case in item.cases),
            }
            for item in registry
        ]
        click.echo(msgspec.json.format(msgspec.json.encode(items), indent=2).decode())
        return
    console = console_for(color)
    from rich.table import Table

    for recipe in recipes.RECIPES:
        console.print(f"[bold]{recipe.name}[/]  {recipe.summary}")
        _list_table(console, Table, recipes.members(recipe, registry))
    own = registry.keep(lambda item: not recipes.recipes_of(item.id, registry))
    if own.migrations:
        console.print("[bold]in no recipe[/]  run with --only")
        _list_table(console, Table, own)
    console.print(f"[bold]profiles[/]  auto, {', '.join(PROFILES)}")


def _list_table(console: Console, table_type: Any, registry: Registry) -> None:
    table = table_type(box=None, show_header=False, padding=(0, 2, 0, 2))
    for item in sorted(registry, key=lambda item: item.id):
        table.add_row(item.id, item.summary, f"[dim]{item.gate}[/]")
    console.print(table)
    console.print()


@main.command(epilog=EXIT_CODES)
@click.argument("what", metavar="ID-or-LABEL")
@click.option("--dep", metavar="LABEL", help="With a label: only why this dependency is there.")
@common
def explain(what: str, dep: str | None, root: Path | None, jobs: int, quiet: bool, verbose: bool, color: str) -> None:
    """Print the page of a migration, or why a target has its dependencies."""
    base = find_root(root, required=False)
    if what.startswith(("//", ":", "@")):
        from trekbok.generate_cli import explain_label

        explain_label(find_root(root), what, dep)
        return
    from migrations.registry import RegistryError
    from trekbok.pages import page

    registry = load_registry(base, load_config(base))
    try:
        text = page(registry.get(what), registry)
    except RegistryError as error:
        raise UsageProblem(str(error)) from None
    console = console_for(color)
    if console.is_terminal:
        from rich.markdown import Markdown

        console.print(Markdown(text))
    else:
        click.echo(text, nl=False)


@main.command(epilog=EXIT_CODES)
@common
def undo(root: Path | None, jobs: int, quiet: bool, verbose: bool, color: str) -> None:
    """Give every file of the last run the bytes it had before."""
    from buildfile import writer

    base = find_root(root)
    try:
        restored, failures = writer.undo(base)
    except writer.NothingToUndo as error:
        raise UsageProblem(str(error)) from None
    console = console_for(color)
    if not quiet:
        console.print(f"{len(restored):,} file{'' if len(restored) == 1 else 's'} restored", highlight=False)
    for failure in failures:
        console.print(f"  {failure.path}: {failure.reason}", markup=False, highlight=False)
    sys.exit(3 if failures else 0)


@main.group()
def config() -> None:
    """The configuration of the repository."""


@config.command("show", epilog=EXIT_CODES)
@common
def config_show(root: Path | None, jobs: int, quiet: bool, verbose: bool, color: str) -> None:
    """Print every value, where it is from, and why migrations are off."""
    import msgspec

    from buildfile.repository import walk, workspaces
    from migrations.profiles import target_of

    base = find_root(root)
    settings = load_config(base)
    console = console_for(color)
    values = msgspec.to_builtins(settings.config)
    console.print(f"root = {base}", markup=False, highlight=False, soft_wrap=True)
    for key, value in values.items():
        where = settings.source if key in settings.given else "default"
        console.print(f"{key} = {msgspec.json.encode(value).decode()}  # {where}", markup=False, highlight=False)
    registry = load_registry(base, settings)
    for path, workspace in workspaces(base, walk(base, exclude=settings.config.exclude)).items():
        target = target_of(workspace, settings.config.to, {})
        console.print(f"\nworkspace {path or '.'}: moves to {target.profile}", markup=False, highlight=False)
        for item in registry:
            reason = item.gate.why_not(target)
            reason = reason or (f"skipped by {settings.source}" if item.id in settings.config.skip else "")
            if reason:
                console.print(f"  {item.id} is off: {reason}", markup=False, highlight=False, soft_wrap=True)


def find_root(given: Path | None, *, required: bool = True) -> Path:
    """The repository to work on.

    Raises:
        UsageProblem: there is none.
    """
    if given is not None:
        if not given.is_dir():
            raise UsageProblem(f"--root: {given} is not a directory")
        return given.absolute()
    from buildfile.repository import find_root as nearest

    start = Path(os.environ.get("BUILD_WORKSPACE_DIRECTORY") or Path.cwd())
    found = nearest(start)
    if found is None:
        if not required:
            return start
        raise UsageProblem(
            f"{start}: no MODULE.bazel, WORKSPACE or REPO.bazel here or above; name the repository with --root DIR"
        )
    return found


def load_config(root: Path) -> Loaded:
    """The configuration of a repository.

    Raises:
        UsageProblem: it cannot be used.
    """
    from trekbok.config import ConfigError, load

    try:
        return load(root)
    except ConfigError as error:
        raise UsageProblem(str(error)) from None


def load_registry(root: Path, settings: Loaded, ours: Sequence[tuple[Migration, str]] | None = None) -> Registry:
    """All migrations, the repository's own among them.

    Args:
        root: the repository.
        settings: its configuration.
        ours: see `migrations.registry.load`.

    Raises:
        UsageProblem: one cannot be loaded.
    """
    from migrations.registry import RegistryError, load
    from migrations.symbols import SymbolError, migrations_of

    config = settings.config
    try:
        declared = migrations_of(config.deprecated, config.policy)
        return load([root / path for path in config.migrations], declared, ours)
    except SymbolError as error:
        raise UsageProblem(f"{settings.place(*error.path)}: {error}") from None
    except RegistryError as error:
        raise UsageProblem(str(error)) from None


def console_for(color: str, *, stderr: bool = False) -> Console:
    """A console for output that people read."""
    from rich.console import Console

    force = True if color == "always" else None
    plain = True if color == "never" else None
    return Console(stderr=stderr, highlight=False, soft_wrap=True, force_terminal=force, no_color=plain)


class progress_for:
    """Shows how far a run is: a bar on a terminal, nothing elsewhere."""

    def __init__(self, console: Console, quiet: bool) -> None:
        self._bar: Any = None
        self._console = console
        self._wanted = console.is_terminal and not quiet
        self._tasks: dict[str, Any] = {}

    def __enter__(self) -> Any:
        if self._wanted:
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                console=self._console,
                transient=True,
                auto_refresh=False,  # no thread: workers are forked while the bar is up
            )
            self._bar.start()
        return self._tell

    def _tell(self, stage: str, done: int, total: int) -> None:
        if self._bar is None:
            return
        if stage not in self._tasks:
            self._tasks[stage] = self._bar.add_task(stage, total=total)
        self._bar.update(self._tasks[stage], completed=done, total=total)
        if done == total or done % 64 == 0:
            self._bar.refresh()

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()


def write_report(path: Path, data: bytes) -> None:
    """Writes a report.

    Raises:
        UsageProblem: the file cannot be written.
    """
    try:
        path.write_bytes(data)
    except OSError as error:
        raise UsageProblem(f"{path}: cannot be written: {error.strerror or error}") from None
