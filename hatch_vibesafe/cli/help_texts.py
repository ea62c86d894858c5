"""What commands say of themselves with `--help`, for what is made from it."""

from collections.abc import Iterator

import click

_WIDTH = 100


def help_texts(command: click.Command, parent: click.Context, name: str) -> Iterator[tuple[str, str]]:
    """Yield the words of a command and of each command below it, and what it prints with `--help`."""
    context = click.Context(command, parent=parent, info_name=name, max_content_width=_WIDTH, terminal_width=_WIDTH)
    yield context.command_path, command.get_help(context)
    if isinstance(command, click.Group):
        for inner in command.list_commands(context):
            found = command.get_command(context, inner)
            if found is not None:
                yield from help_texts(found, context, inner)
