"""`vibesafe init`: give a hatch project what it needs to have units."""

import shlex
from pathlib import Path

import click

from hatch_vibesafe.cli import output, writing
from hatch_vibesafe.cli.main import EXIT_FINDINGS
from hatch_vibesafe.start.init import Plan, plan


@click.command(
    name="init", epilog="Examples:  vibesafe init   |   vibesafe init shop --yes   |   vibesafe init --dry-run"
)
@click.argument("path", default=".", type=click.Path(path_type=Path))
@writing.dry_run_option
@writing.yes_option
def command(path: Path, *, dry_run: bool, yes: bool) -> int:
    """Give the hatch project at PATH what it needs to have units; where there is none, begin one.

    That is the build hook, the runtime among its dependencies, the environment `vibesafe` of hatch, lines in .gitignore
    and a configuration to be uncommented. The diff is shown before anything is written; what is there stays as it is.
    Exits 1 where it was not written.
    """
    made = plan(path.resolve())
    if not made.changes:
        click.echo("nothing to do: everything is there already")
        output.print_warnings(made.left)
        return 0
    index = made.index if made.index.parent.is_dir() else None  # where there is no store, no other command writes
    done = writing.written(made.changes, made.root, dry_run=dry_run, yes=yes, index=index)
    output.print_warnings(made.left)
    if done:
        click.echo(_next(made, path))
    return 0 if done or dry_run else EXIT_FINDINGS


def _next(made: Plan, path: Path) -> str:
    there = "" if made.root == Path.cwd() else f"cd {shlex.quote(str(path))}, then "
    return f'next: {there}vibesafe new "what a function is to do" --module {made.package or "PACKAGE"}.first'
