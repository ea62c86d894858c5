"""`vibesafe bake`: the baked package written into a tree that something else than hatchling made."""

from pathlib import Path

import click

from hatch_vibesafe.cli import options, output
from hatch_vibesafe.project import open_project
from hatch_vibesafe.ship.bake_tree import bake_tree


@click.command(
    name="bake",
    epilog="Examples:  vibesafe bake /srv/app   |   vibesafe bake build/lib   |   vibesafe bake src --in-place",
)
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--in-place", is_flag=True, help="DIR may hold the sources of the project itself: this tree is a copy.")
@options.as_json
def command(directory: Path, *, in_place: bool, as_json: bool) -> int:
    """Write into DIR, which holds the packages, what a build would put into a wheel.

    For what hatchling does not build: DIR is an installed tree (site-packages, a --target) or a copy of the sources.
    Everything is checked as in a build, and drift refuses. What DIR holds of the project must be what was checked. What
    was written is verified, and removed again where it is not right.
    """
    done = bake_tree(open_project(Path.cwd()), directory.resolve(), in_place=in_place)
    if as_json:
        output.print_json(
            {
                "packages": [{"directory": package, "files": files} for package, files in done.packages],
                "units": done.units,
                "record": None if done.record is None else str(done.record),
            }
        )
        return 0
    for package, files in done.packages:
        click.echo(f"baked  {directory / package}  {files} files verified")
    click.echo(f"{done.units} units; import them, or verify them: python -m vibesafe_runtime verify")
    return 0
