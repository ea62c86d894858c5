"""`vibesafe report`: the whole project as one page that anybody can read."""

import stat
from pathlib import Path

import click

from hatch_vibesafe.cli import options
from hatch_vibesafe.cli.session import open_session
from hatch_vibesafe.problems import Problem, VibesafeConfigurationError

_PAGE = b"<!doctype html"
_KINDS = {
    stat.S_IFDIR: "a directory",
    stat.S_IFLNK: "a symbolic link",
    stat.S_IFIFO: "a FIFO",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
}


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
    replaced as a whole where it is a page, and refused where it is anything else. Exits 0 where the page was written,
    wherever the units stand: `vibesafe check` judges.
    """
    place = Path(file)
    problem = _problem_of_place(place) if file != "-" else None
    if problem is not None:
        raise VibesafeConfigurationError(problem)
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


def _problem_of_place(place: Path) -> Problem | None:
    """Return why no page can be written there, or None: what is replaced is a page, and nothing else that is there."""
    where, elsewhere = f"--html {place}", "name a new file, or a page to replace: vibesafe report --html report.html"
    try:
        if not place.parent.is_dir():
            what = f"cannot be written: there is no directory {place.parent}"
            return Problem(where, what, "name a file in a directory that is there: vibesafe report --html report.html")
        mode = place.lstat().st_mode
        if not stat.S_ISREG(mode):
            return Problem(where, f"is {_KINDS.get(stat.S_IFMT(mode), 'no regular file')}", elsewhere)
        with place.open("rb") as stream:
            begins = stream.read(len(_PAGE))
    except FileNotFoundError:
        return None
    except OSError as error:
        return Problem(where, f"cannot be read: {error.strerror}", elsewhere)
    return None if begins.lower() == _PAGE else Problem(where, "is there and is no page", elsewhere)
