"""What has to be said before generated code runs: how far it is confined, where that is less than it could be."""

import click

from hatch_vibesafe.config import Config
from hatch_vibesafe.gates.reach import has_to_be_made, reach


def announce(config: Config) -> None:
    """Say, in one line of error output, which layers of the sandbox are missing here; nothing where none is.

    What takes long, once, is said before it begins.
    """
    if has_to_be_made(config.sandbox):
        click.echo("sandbox: making the WebAssembly worker, once for this release; about half a minute", err=True)
    notice = reach(config.sandbox).notice
    if notice:
        click.echo(notice, err=True)
