"""How results reach a person or a program: one table style, one JSON style, one table of problems."""

import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import click

from hatch_vibesafe.problems import Problem, render
from hatch_vibesafe.store.records import GateRecord

if TYPE_CHECKING:
    from rich.console import Console

# A table that goes into a file or a log has no window to fit into, and a cut-off unit id helps nobody.
_UNLIMITED_WIDTH = 10_000
# Where a thousand units lack examples, a thousand lines say no more than a few.
MOST_ALIKE = 5

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
    """Return the console for standard output, as wide as the terminal, plain where there is none."""
    from rich.console import Console  # noqa: PLC0415 - slow to load, and not needed for plain text

    interactive = sys.stdout.isatty()
    return Console(
        file=sys.stdout, width=None if interactive else _UNLIMITED_WIDTH, highlight=False, soft_wrap=not interactive
    )


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows under column headings; a cell that is a state is coloured where there are colours."""
    rows = list(rows)
    if not sys.stdout.isatty() and all(cell.isascii() and cell.isprintable() for row in rows for cell in row):
        click.echo("\n".join(_plain([columns, *rows])))
        return
    from rich.table import Table  # noqa: PLC0415 - slow to load, and not needed for plain text
    from rich.text import Text  # noqa: PLC0415 - likewise

    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell, style=STATE_STYLES.get(cell, "")) for cell in row))
    console().print(table)


def _plain(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]


def print_problems(problems: Sequence[Problem]) -> None:
    """Print the table of problems on standard error; nothing where there are none."""
    if problems:
        click.echo(render(list(problems)), err=True)


def print_warnings(warnings: Iterable[Problem]) -> None:
    """Print each warning on standard error, in a line of its own; of many that are mended alike, the first few."""
    alike = Counter[str]()
    for warning in warnings:
        alike[warning.remedy] += 1
        if alike[warning.remedy] <= MOST_ALIKE:
            click.echo(f"warning: {warning.where}: {warning.what}; {warning.remedy}", err=True)
    for remedy, count in alike.items():
        if count > MOST_ALIKE:
            more = count - MOST_ALIKE
            click.echo(f"warning: {more} more that are mended so: {remedy}; `vibesafe scan --json` has all", err=True)


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
