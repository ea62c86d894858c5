"""`vibesafe schema`: the configuration's JSON Schema, for editors and other programs."""

import click

from hatch_vibesafe.cli import output
from hatch_vibesafe.config_schema import configuration_schema, pyproject_schema


@click.command(
    name="schema",
    epilog="Examples:  vibesafe schema > .vibesafe/schema.json   |   vibesafe schema --pyproject",
)
@click.option("--pyproject", is_flag=True, help="Of a pyproject.toml with [tool.vibesafe], not of vibesafe.toml.")
def command(*, pyproject: bool) -> int:
    """Print the JSON Schema (draft 7) of the configuration, made from the code that reads it.

    Needs no project, and writes nothing.
    """
    output.print_json(pyproject_schema() if pyproject else configuration_schema())
    return 0
