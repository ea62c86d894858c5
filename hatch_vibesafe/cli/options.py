"""The options that commands share."""

import click

target = click.option(
    "--target",
    "targets",
    multiple=True,
    metavar="UNIT|MODULE|GLOB",
    help="Only these units: an id (app.math/add), a module or package (app.math), or a glob ('app.*/add'). Repeatable.",
)

allow_unsandboxed = click.option(
    "--allow-unsandboxed",
    is_flag=True,
    help="Run generated code even where this machine cannot confine it as the project requires.",
)

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document on standard output.")

again = click.option("--again", is_flag=True, help="Gate all, also what was found here before and has not changed.")
