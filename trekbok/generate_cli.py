"""`trekbok generate`, `trekbok manifest`, and `trekbok explain` for labels."""

from __future__ import annotations

import dataclasses
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from trekbok.cli import EXIT_CODES, UsageProblem, common, console_for, find_root, load_config, relative_path

if TYPE_CHECKING:
    from buildfile.plan import Failure, FileChange
    from generator.messages import Message

_PREFIX = "gazelle: "
"""In front of messages, as scripts that read those of Gazelle expect it."""


@click.command(epilog=EXIT_CODES)
@click.argument("directories", nargs=-1, metavar="[DIR]...")
@click.option("--check", is_flag=True, help="Write nothing; end with 1 if anything would change.")
@click.option("--diff", "show_diff", is_flag=True, help="Write nothing; print a patch; end with 1 if it is not empty.")
@click.option("--patch", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="The patch goes there.")
@click.option("--print0", is_flag=True, help="Print the paths that are written, each with a NUL behind it.")
@click.option("--build-file-name", metavar="A,B", help="Names of BUILD files, the first for new ones.")
@click.option("--exclude", multiple=True, metavar="GLOB", help="Leave out paths. May be repeated.")
@click.option("--lang", metavar="A,B", help="Generate for these languages only: py, proto.")
@click.option("--no-recurse", is_flag=True, help="Not what is below the directories named.")
@click.option("--strict", is_flag=True, help="End at directives that are not known.")
@click.option("--keep-going", is_flag=True, help="Leave packages with errors alone and write all others.")
@click.option("--since", metavar="REF", help="Only packages changed since a git commit, and those that depend on them.")
@click.option("--python-version", metavar="3.N", help="Whose standard library counts; default: MODULE.bazel's.")
@click.option("--no-cache", is_flag=True, help="Neither read nor write the cache.")
@common
def generate(
    directories: tuple[str, ...],
    check: bool,
    show_diff: bool,
    patch: Path | None,
    print0: bool,
    build_file_name: str | None,
    exclude: tuple[str, ...],
    lang: str | None,
    no_recurse: bool,
    strict: bool,
    keep_going: bool,
    since: str | None,
    python_version: str | None,
    no_cache: bool,
    root: Path | None,
    jobs: int,
    quiet: bool,
    verbose: bool,
    color: str,
) -> None:
    """Bring BUILD files in line with the Python sources.

    DIRs narrow what is written, never what is known; default: the whole repository. Directives are those of Gazelle
    and its Python plugin.
    """
    from buildfile.plan import diff
    from generator.run import GenerateOptions, generate_plan

    base = find_root(root)
    directives = [("exclude", glob) for glob in exclude]
    if build_file_name:
        directives.append(("build_file_name", build_file_name))
    if lang:
        directives.append(("lang", lang))
    changed = None
    if since is not None:
        from generator.graph import GitProblem, changed_since

        try:
            changed = tuple(changed_since(base, since))
        except GitProblem as error:
            raise UsageProblem(f"--since: {error}") from None
    options = GenerateOptions(
        root=base,
        directories=tuple(relative_path(path, base) for path in directories) or ("",),
        recursive=not no_recurse,
        directives=tuple(directives),
        exclude=load_config(base).config.exclude,
        strict=strict,
        keep_going=keep_going,
        use_cache=not no_cache,
        jobs=jobs or None,
        changed=changed,
        python_version=python_version or "",
    )
    explained = os.environ.get("EXPLAIN_DEPENDENCY", "")
    result = generate_plan(dataclasses.replace(options, complete=True) if explained else options)
    _show(result.messages, quiet, hints=verbose or sys.stderr.isatty())
    if explained:
        from generator.explain import mentions

        for mention in mentions(result.targets, explained):
            click.echo(_PREFIX + mention, err=True)
    code = result.exit_code
    plan = result.plan
    if show_diff or patch is not None:
        text = diff(plan.changes)
        if patch is not None:
            patch.write_bytes(text)
        else:
            sys.stdout.flush()
            sys.stdout.buffer.write(text)
            sys.stdout.buffer.flush()
    elif not check:
        written, failures = _write(base, plan.changes)
        plan.failures += failures
        if print0:
            sys.stdout.write("".join(f"{path}\0" for path in written))
    for failure in plan.failures:
        click.echo(f"{_PREFIX}{failure.path}: not written: {failure.reason}", err=True)
    if check or verbose:
        verb = "would change" if check or show_diff or patch is not None else "written"
        for change in plan.changes:
            click.echo(f"{change.path}: {verb}")
            for cause in change.causes if verbose else ():
                click.echo(f"  {cause.message}")
    if plan.failures:
        code = max(code, 3)
    if plan.changes and (check or show_diff or patch is not None):
        code = max(code, 1)
    console = console_for(color)
    if console.is_terminal and not quiet and not print0 and not show_diff:
        verb = "would change" if check else "written"
        console.print(f"{len(plan.changes):,} BUILD file{'' if len(plan.changes) == 1 else 's'} {verb}")
    sys.exit(code)


def _write(base: Path, changes: list[FileChange]) -> tuple[list[str], list[Failure]]:
    from buildfile.writer import write

    try:
        return write(base, changes)
    except OSError as error:
        raise UsageProblem(f"{base}: nothing can be written: {error.strerror or error}") from None


def _show(messages: list[Message], quiet: bool, hints: bool) -> None:
    for message in messages:
        if message.fatal or (not quiet and (hints or not message.hint)):
            click.echo(_PREFIX + message.text, err=True)


@click.command(epilog=EXIT_CODES)
@click.option(
    "--wheels", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="A directory of wheels."
)
@click.option(
    "--environment",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="An environment, or its site-packages, with everything installed.",
)
@click.option(
    "--requirements",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    metavar="FILE",
    help="A requirements lock; only what it pins counts.",
)
@click.option("--repository", default="pip", metavar="NAME", help="The repository with the distributions; default pip.")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Default: at the root.")
@click.option("--exclude", multiple=True, metavar="REGEX", help="Leave out modules. May be repeated.")
@click.option("--include-stub-packages", is_flag=True, help="Make entries by which type stubs are found.")
@click.option("--check", is_flag=True, help="Write nothing; end with 1 if the manifest would change.")
@common
def manifest(
    wheels: Path | None,
    environment: Path | None,
    requirements: Path | None,
    repository: str,
    output: Path | None,
    exclude: tuple[str, ...],
    include_stub_packages: bool,
    check: bool,
    root: Path | None,
    jobs: int,
    quiet: bool,
    verbose: bool,
    color: str,
) -> None:
    """Write gazelle_python.yaml, which says what distribution provides what module."""
    import re

    from buildfile.plan import FileChange
    from generator import wheels as reading

    if (wheels is None) == (environment is None):
        raise UsageProblem("name one of --wheels DIR and --environment DIR")
    base = find_root(root)
    target = output.absolute() if output is not None else base / "gazelle_python.yaml"
    try:
        path = target.relative_to(base).as_posix()
    except ValueError:
        raise UsageProblem(f"--output: {target} is not in the repository {base}") from None
    try:
        found = reading.in_wheels(wheels) if wheels is not None else reading.in_environment(environment or base)
        wanted = reading.locked(requirements.read_text("utf-8")) if requirements is not None else None
        mapping = reading.mapping_of(found, wanted, (*reading.DEFAULT_EXCLUDES, *exclude), include_stub_packages)
    except reading.BadDistribution as error:
        raise UsageProblem(str(error)) from None
    except re.error as error:
        raise UsageProblem(f"--exclude: {error}") from None
    for message in mapping.messages if not quiet else ():
        click.echo(message, err=True)
    old = target.read_bytes() if target.exists() else None
    new = reading.manifest_text(mapping.modules, repository).encode()
    if old == new:
        return
    if check:
        click.echo(f"{path}: would change")
        sys.exit(1)
    _, failures = _write(base, [FileChange(path, old, new)])
    for failure in failures:
        click.echo(f"{failure.path}: not written: {failure.reason}", err=True)
    if verbose:
        click.echo(f"{path}: written, {len(mapping.modules):,} modules")
    sys.exit(3 if failures else 0)


def explain_label(root: Path, label: str, dep: str | None) -> None:
    """Prints why a target has its dependencies.

    Raises:
        UsageProblem: the label names no target that is generated.
    """
    from buildfile.labels import BadLabel, Label
    from generator.explain import reasons
    from generator.run import GenerateOptions, generate_plan
    from generator.workspace import names_of

    here = os.path.relpath(os.getcwd(), root)
    package = "" if here.startswith(".") else here
    try:
        wanted = str(Label.parse(label, package))
        dependency = Label.parse(dep, package) if dep else None
    except BadLabel as error:
        raise UsageProblem(str(error)) from None
    exclude = load_config(root).config.exclude
    result = generate_plan(GenerateOptions(root=root, exclude=exclude, complete=True, dependencies_only=True))
    target = next((item for item in result.targets if item.label == wanted), None)
    if target is None:
        raise UsageProblem(f"{wanted}: no such target is generated here")
    shown = 0
    for reason in reasons(target):
        if dependency is not None and Label.parse(reason.label, target.package) != dependency:
            continue
        shown += 1
        click.echo(f"{reason.label}{'' if reason.kept else '  (removed)'}")
        for line in reason.lines:
            click.echo(f"  {line}")
    for problem in target.unresolved:
        click.echo(problem.text(names_of(root)), err=True)
    if not shown:
        raise UsageProblem(f"{wanted} has no dependency {dep}" if dep else f"{wanted} has no dependencies")
