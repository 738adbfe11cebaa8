"""`trekbok emit`: writes the rules that rewritten files load into a repository."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from trekbok.cli import EXIT_CODES, UsageProblem, common, console_for


@click.command(epilog=EXIT_CODES)
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--module-name", metavar="NAME", help="The name of the module; default: that of the last emit.")
@click.option("--check", is_flag=True, help="Write nothing; end with 1 and show the difference if there is one.")
@click.option("--force", is_flag=True, help="Overwrite files that were edited since the last emit.")
@common
def emit(
    directory: Path,
    module_name: str | None,
    check: bool,
    force: bool,
    root: Path | None,
    jobs: int,
    quiet: bool,
    verbose: bool,
    color: str,
) -> None:
    """Write the rules into DIR, or bring what is there up to date.

    DIR is a complete Bazel module; a repository points to it with `local_path_override`.
    """
    from generator.emit import EmitError
    from generator.emit import emit as write

    console = console_for(color)
    where = root / directory if root is not None else directory
    try:
        result = write(where, module_name=module_name, check=check, force=force)
    except EmitError as error:
        raise UsageProblem(str(error)) from None
    count = len(result.changes)
    if result.written:
        if not quiet:
            console.print(f"{count:,} file{'' if count == 1 else 's'} of {result.module_name} written to {directory}")
        return
    if not result.changes:
        if not quiet:
            console.print(f"{directory} is up to date with {result.module_name} {result.version}")
        return
    for change in result.changes if check else result.edited:
        console.print(f"  {change.path}: {change.state}", markup=False)
        if check and not quiet:
            click.echo(change.diff(), nl=False)
    if check:
        console.print(f"{count:,} file{' is' if count == 1 else 's are'} not as `trekbok emit {directory}` writes them")
    else:
        console.print("Nothing was written: --force overwrites the edited files, or move the edits elsewhere")
    sys.exit(1)
