"""`vibesafe report`: the whole project as one page that anybody can read."""

from pathlib import Path

import click

from hatch_vibesafe.cli import options
from hatch_vibesafe.cli.session import open_session
from hatch_vibesafe.problems import Problem, VibesafeConfigurationError


@click.command(
    name="report",
    epilog="Examples:  vibesafe report --html report.html   |   vibesafe report --html - --target app.math > math.html",
)
@click.option(
    "--html",
    "file",
    required=True,
    type=click.Path(allow_dash=True),
    metavar="FILE",
    help="Write the page to FILE, or to standard output: -",
)
@options.target
def command(file: str, targets: tuple[str, ...]) -> int:
    """Write one self-contained page: units, states, evidence, adequacy, provenance, differences and cost.

    It needs no other file, no network and no script to be read, and runs no generated code to be written. FILE is
    replaced as a whole. Exits 0 where the page was written, wherever the units stand: `vibesafe check` judges.
    """
    place = Path(file)
    if file != "-" and (place.is_dir() or not place.parent.is_dir()):
        what = "is a directory" if place.is_dir() else f"cannot be written: there is no directory {place.parent}"
        remedy = "name a file in a directory that is there: vibesafe report --html report.html"
        raise VibesafeConfigurationError(Problem(f"--html {file}", what, remedy))
    session = open_session(targets)
    from hatch_vibesafe.cli.page.gather import gathered  # noqa: PLC0415 - slow to load, and not needed to refuse
    from hatch_vibesafe.cli.page.html import written  # noqa: PLC0415 - likewise
    from hatch_vibesafe.store.files import write_atomically  # noqa: PLC0415 - likewise

    page = gathered(session)
    content = written(page)
    if file == "-":
        click.echo(content)
        return 0
    write_atomically(place, content.encode())
    states = ", ".join(f"{count} {state}" for state, count in page.counts.items()) or "none"
    click.echo(f"written  {file}  {len(page.units)} units: {states}")
    return 0
