"""What a developer and CI wait for: help, and scan, status, diff and check over many units; against the rival."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import Row, interleaved, milliseconds, print_rows, run
from benchmarks.synthetic import answering
from benchmarks.systems import System, ours, rival

# Units, and how many of them stand in a module.
SIZES = ((100, 10), (1000, 5))
ROUNDS = 5


def main(our_python: Path, rival_python: Path) -> None:
    """Print the table."""
    rows: list[Row] = []
    for count, per_module in SIZES:
        with tempfile.TemporaryDirectory(prefix="vibesafe-benchmark-") as scratch, answering() as url:
            mine = ours(our_python, Path(scratch) / "ours", count, url, per_module=per_module)
            theirs = rival(rival_python, Path(scratch) / "rival", count, url, per_module=per_module)
            rows += [] if rows else [_row("`vibesafe --help`", mine, theirs, "--help")]
            rows += _rows(count, mine, theirs)
    print_rows("commands", rows)


def _rows(count: int, mine: System, theirs: System) -> Iterator[Row]:
    for command in ("scan", "status", "diff"):
        yield _row(f"`vibesafe {command}`, {count} units", mine, theirs, command)
    their_check = run(theirs.command("check"), expect=(0, 1))
    peer = f"vibesafe 0.2.1 {milliseconds(their_check)}"
    # What a clone does not have: which gates have passed on this machine.
    shutil.rmtree(mine.root / ".vibesafe" / "cache")
    for what in ("the first after a clone, every gate again", "nothing changed"):
        took = run(mine.command("check"))
        yield Row(f"`vibesafe check`, {count} units, {what}", milliseconds(took), peer, took / their_check)


def _row(what: str, mine: System, theirs: System, command: str) -> Row:
    times = interleaved({"ours": mine.command(command), "rival": theirs.command(command)}, ROUNDS, expect=(0, 1))
    peer = f"vibesafe 0.2.1 {milliseconds(times['rival'])}"
    return Row(what, milliseconds(times["ours"]), peer, times["ours"] / times["rival"])
