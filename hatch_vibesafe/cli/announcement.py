"""What has to be said before generated code runs: how far it is confined, where that is less than it could be."""

import contextlib
import threading
from collections.abc import Iterator

import click

from hatch_vibesafe.config import Config, SandboxConfig
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


@contextlib.contextmanager
def trying(config: Config) -> Iterator[None]:
    """Find out beside what is inside how far generated code is confined; `announce` says it."""
    beside = threading.Thread(target=_try, args=(config.sandbox,), name="vibesafe-sandbox", daemon=True)
    beside.start()
    yield
    beside.join()


def _try(config: SandboxConfig) -> None:
    # Whatever goes wrong here goes wrong again in the main thread, which says it.
    with contextlib.suppress(Exception):
        if not has_to_be_made(config):
            reach(config)
