"""How results reach a person or a program: one table style, one JSON style, one table of problems."""

import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from hatch_vibesafe.cli import terminal
from hatch_vibesafe.cli.loudness import loudness
from hatch_vibesafe.problems import Problem, printable, render
from hatch_vibesafe.store.records import GateRecord

if TYPE_CHECKING:
    from rich.console import Console

# A table that goes into a file or a log has no window to fit into, and a cut-off unit id helps nobody.
_UNLIMITED_WIDTH = 10_000
# Where a thousand units lack examples, a thousand lines say no more than a few.
MOST_ALIKE = 5
_LABEL = re.compile(r"^(?P<where> *\d+  .*)$|^(?P<what>     what )|^(?P<mend>     mend )")

STATE_STYLES = {
    "active": "green",
    "drift": "red",
    "no checkpoint": "yellow",
    "unsaved": "yellow",
    "invalid": "red",
    "passed": "green",
    "refused": "red",
}


def console() -> "Console":
    """Return the console for standard output: as wide as the terminal, plain where nobody watches one."""
    from rich.console import Console  # noqa: PLC0415 - slow to load, and not needed for plain text

    watched = terminal.is_watched()
    return Console(
        file=sys.stdout,
        width=terminal.width() if watched else _UNLIMITED_WIDTH,
        highlight=False,
        soft_wrap=not watched,
        force_terminal=watched,
        color_system="auto" if terminal.has_colours() else None,
        emoji=False,
    )


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows under column headings; a cell that is a state is coloured where there are colours.

    What a cell holds may be somebody else's, a model's name for one: nothing in it steers the terminal.
    """
    rows = [tuple(map(printable, row)) for row in rows]
    if not terminal.is_watched() and all(cell.isascii() and cell.isprintable() for row in rows for cell in row):
        click.echo("\n".join(_plain([columns, *rows])))
        return
    from hatch_vibesafe.cli.tables import print_rows  # noqa: PLC0415 - slow to load, and not needed for plain text

    print_rows(console(), columns, rows, STATE_STYLES)


@contextmanager
def working(text: str) -> Iterator[None]:
    """Say on error output what takes a while, as long as it does; nothing where nobody watches."""
    if not terminal.is_watched(sys.stderr) or loudness() == "quiet":
        yield
        return
    from rich.console import Console  # noqa: PLC0415 - slow to load, and not needed for plain text

    with Console(stderr=True, color_system="auto" if terminal.has_colours(sys.stderr) else None).status(text):
        yield


def _plain(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]


def print_problems(problems: Sequence[Problem]) -> None:
    """Print the table of problems on standard error; nothing where there are none."""
    if problems:
        click.echo(_emphasised(render(list(problems))), err=True)


def _emphasised(table: str) -> str:
    """Return a table of problems with its places and labels standing out, where error output may be coloured."""
    if not terminal.has_colours(sys.stderr):
        return table
    return "\n".join(_LABEL.sub(_emphasis, line) for line in table.split("\n"))


def _emphasis(label: re.Match[str]) -> str:
    if label["where"]:
        return click.style(label["where"], bold=True)
    return click.style(label[0], fg="red" if label["what"] else "green")


def print_warnings(warnings: Iterable[Problem]) -> None:
    """Print each warning on standard error, in a line of its own; of many that are mended alike, the first few.

    With `--verbose` all of them; with `--quiet` none.
    """
    if loudness() == "quiet":
        return
    most = sys.maxsize if loudness() == "verbose" else MOST_ALIKE
    alike = Counter[str]()
    word = terminal.styled("warning:", "yellow", stream=sys.stderr)
    for warning in warnings:
        alike[warning.remedy] += 1
        if alike[warning.remedy] <= most:
            click.echo(f"{word} {warning.where}: {warning.what}; {warning.remedy}", err=True)
    for remedy, count in alike.items():
        if count > most:
            click.echo(f"{word} {count - most} more that are mended so: {remedy}; --verbose has all", err=True)


def print_json(document: Mapping[str, object]) -> None:
    """Print one JSON document: two spaces of indent, keys in the order given, non-ASCII text as it is."""
    click.echo(json.dumps(document, indent=2, ensure_ascii=False))


def problems_as_json(problems: Iterable[Problem]) -> list[dict[str, str]]:
    """Return problems in their JSON form."""
    return [{"where": problem.where, "what": problem.what, "remedy": problem.remedy} for problem in problems]


def gate_as_json(record: GateRecord) -> dict[str, object]:
    """Return what one gate said in its JSON form."""
    return {
        "gate": record.gate,
        "tool": record.tool,
        "version": record.version,
        "passed": record.passed,
        "counts": dict(record.counts),
    }
