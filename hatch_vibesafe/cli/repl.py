"""`vibesafe repl`: the commands of a unit's life, one after the other, without saying each time which unit is meant."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from hatch_vibesafe.cli import options
from hatch_vibesafe.cli.main import EXIT_USAGE, run
from hatch_vibesafe.cli.repl_lines import Help, Nothing, Quit, Refused, Run, Use, help_lines, meaning
from hatch_vibesafe.cli.repl_reading import Reader, reader
from hatch_vibesafe.cli.session import open_session
from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.problems import VibesafeError, render
from hatch_vibesafe.project import open_project, scan_project


@click.command(name="repl", epilog="Examples:  vibesafe repl --target app.math/add   |   echo test | vibesafe repl")
@click.option(
    "--target",
    "unit",
    default="",
    metavar="UNIT|MODULE|GLOB",
    shell_complete=options.unit_ids,
    help="What is taken up at first.",
)
def command(unit: str) -> int:
    """Take commands, one a line: gen, tighten, diff, test, save, rollback, split, prompt, help, quit.

    Each does what the command of the command line does, with the same options. On a terminal there are history and
    completion; else the lines of standard input are taken, and the exit code is that of the first command that failed.
    """
    session = open_session([unit] if unit else ())
    if not unit and len(session.specs) == 1:
        unit = str(session.specs[0].unit)
    lines = reader(_units)
    is_interactive = sys.stdin.isatty() and sys.stdout.isatty()
    if is_interactive:
        click.echo("help lists the commands; quit or Ctrl-D ends")
    return _talk(lines, unit, quiet=not is_interactive)


def _talk(lines: Reader, unit: str, *, quiet: bool) -> int:
    """Work through the lines; return the exit code: where nobody watches, that of the first command that failed."""
    failed = 0
    while sys.stdout is not None:
        try:
            line = lines.read(f"{unit or 'vibesafe'}> ")
        except KeyboardInterrupt:
            click.echo("(quit or Ctrl-D ends)")
            continue
        if line is None:
            break
        found = meaning(line, unit, _units())
        code = 0
        match found:
            case Nothing():
                continue
            case Quit():
                break
            case Help():
                click.echo("\n".join(help_lines()))
            case Use():
                unit = found.unit
            case Refused():
                click.echo(render([found.problem]), err=True)
                code = EXIT_USAGE
            case Run():
                code = run(found.arguments)
        failed = failed or code
    return failed if quiet else 0


def _units() -> Sequence[UnitId]:
    """Return the units of the project as it is now; none while it cannot be read: the commands say why."""
    try:
        found = scan_project(open_project(Path.cwd()))
    except VibesafeError:
        return ()
    return [spec.unit for spec in found.specs] + [each.unit for each in found.invalid]
