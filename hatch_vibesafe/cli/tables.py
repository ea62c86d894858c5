"""How rows are laid out on a terminal: as a table where it fits, else one cell a line; nothing is ever cut off."""

from collections.abc import Mapping, Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

_GAP = 2


def fits(columns: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> bool:
    """Return whether a table of these rows has room in so many columns of a terminal."""
    widths = [max(map(cell_len, column)) for column in zip(columns, *rows, strict=True)]
    return sum(widths) + _GAP * (len(widths) - 1) <= width


def print_rows(
    console: Console, columns: Sequence[str], rows: Sequence[Sequence[str]], styles: Mapping[str, str]
) -> None:
    """Print rows under column headings, or where that is too wide each row as lines; a cell's style is by its text."""
    if not fits(columns, rows, console.width):
        _print_records(console, columns, rows, styles)
        return
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, _GAP, 0, 0))
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell, style=styles.get(cell, "")) for cell in row))
    console.print(table)


def _print_records(
    console: Console, columns: Sequence[str], rows: Sequence[Sequence[str]], styles: Mapping[str, str]
) -> None:
    longest = max(map(cell_len, columns[1:]), default=0)
    for first, *rest in rows:
        console.print(Text(first, style=styles.get(first, "bold"), overflow="fold"))
        for column, cell in zip(columns[1:], rest, strict=True):
            if cell:
                heading = f"  {column:<{longest}}  "
                console.print(Text.assemble((heading, "dim"), (cell, styles.get(cell, "")), overflow="fold"))
