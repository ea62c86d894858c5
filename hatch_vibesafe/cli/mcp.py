"""`vibesafe mcp`: a server for coding agents, on standard input and output."""

import os
import signal
import sys
from pathlib import Path

import click

from hatch_vibesafe.cli.main import EXIT_INTERRUPTED
from hatch_vibesafe.problems import Problem, VibesafeConfigurationError
from hatch_vibesafe.project import open_project


@click.command(name="mcp", epilog="Examples:  vibesafe mcp --project ~/shop   (started by the agent's program)")
@click.option(
    "--project",
    "directory",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=".",
    show_default="the working directory",
    help="A directory of the project.",
)
def command(directory: Path) -> int:
    """Serve the project to a coding agent over the Model Context Protocol (extra `mcp`).

    Its tools do what the commands of the same names do. `save` asks the person first.
    """
    try:
        from hatch_vibesafe.cli.mcp_server import server  # noqa: PLC0415 - needs the extra
    except ImportError as error:
        problem = Problem("vibesafe mcp", f"needs {error.name}", 'pip install "hatch-vibesafe[mcp]"')
        raise VibesafeConfigurationError(problem) from error
    root = open_project(directory.resolve()).root
    if sys.stdin.isatty():
        said = f"serving {root.name} on standard input and output, which an agent's program is to read; Ctrl-C ends"
        click.echo(said, err=True)
        # The server's own thread would go on reading the terminal, and the process would wait for it.
        signal.signal(signal.SIGINT, _end)
    server(root).run("stdio")
    return 0


def _end(*_: object) -> None:
    """End at once, as every command does that a person interrupts. The terminal interrupts what the server started."""
    click.echo("\nvibesafe: interrupted", err=True)
    os._exit(EXIT_INTERRUPTED)
