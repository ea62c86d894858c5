"""What changes files of the user's own: the diff first, then a question, then the files."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from hatch_vibesafe.cli import terminal
from hatch_vibesafe.problems import Problem, VibesafeConfigurationError
from hatch_vibesafe.start.changes import Change, diff_lines, write_changes

dry_run_option = click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing.")
yes_option = click.option("--yes", is_flag=True, help="Write without a question.")

_COLOURS = {"+": "green", "-": "red", "@": "cyan"}


def refuse_without_terminal() -> None:
    """Refuse where a question would have to be asked and there is nobody to ask.

    Raises:
        VibesafeConfigurationError: if standard input is no terminal.
    """
    if not sys.stdin.isatty():
        what = "would change files, and there is no terminal to ask in; nothing was written"
        remedy = "look at what --dry-run shows, and run it again with --yes"
        raise VibesafeConfigurationError(Problem("the command", what, remedy))


def written(changes: Sequence[Change], root: Path, *, dry_run: bool, yes: bool, index: Path | None = None) -> bool:
    """Show the diff, ask where nobody has answered yet, and write; return whether it was written.

    Where `index` names the project's index, no other command writes meanwhile.

    Raises:
        VibesafeConfigurationError: if there is nobody to ask.
        VibesafeError: if it cannot be written.
        click.Abort: if the question is interrupted.
    """
    for line in diff_lines(changes, root):
        click.echo(terminal.styled(line, _COLOURS.get(line[:1])))
    if dry_run:
        return False
    if not yes:
        refuse_without_terminal()
        if not click.confirm("write this?", default=False):
            click.echo("nothing was written")
            return False
    write_changes(changes, index)
    for change in changes:
        click.echo(f"written  {change.path.relative_to(root).as_posix()}")
    return True
