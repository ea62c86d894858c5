"""What a developer and CI wait for: scan, status, diff and check over many units; against the rival."""

import tempfile
from pathlib import Path

from benchmarks.measure import Row, interleaved, milliseconds, print_rows
from benchmarks.synthetic import answering
from benchmarks.systems import ours, rival

COUNT = 100
ROUNDS = 5


def main(our_python: Path, rival_python: Path) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory(prefix="vibesafe-benchmark-") as scratch, answering() as url:
        mine = ours(our_python, Path(scratch) / "ours", COUNT, url)
        theirs = rival(rival_python, Path(scratch) / "rival", COUNT, url)
        rows = []
        for command in ("scan", "status", "diff", "check"):
            rounds = ROUNDS if command != "check" else 2
            times = interleaved(
                {"ours": mine.command(command), "rival": theirs.command(command)}, rounds, expect=(0, 1)
            )
            rows.append(
                Row(
                    f"`vibesafe {command}`, {COUNT} units",
                    milliseconds(times["ours"]),
                    f"vibesafe 0.2.1 {milliseconds(times['rival'])}",
                    times["ours"] / times["rival"],
                )
            )
        print_rows("commands", rows)
