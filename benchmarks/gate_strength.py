"""What each gate lets through, alone and together with the others: a sixth of all slips, about five minutes."""

import subprocess
from pathlib import Path

from benchmarks.measure import clean_environment

ROOT = Path(__file__).resolve().parents[1]
EVERY = 6


def main(our_python: Path, _rival_python: Path) -> None:
    """Print the table."""
    measure(our_python, every=EVERY)


def measure(our_python: Path, *, every: int) -> None:
    """Measure in an interpreter that has the gates; of mutants and wrong variants each `every` such one is taken."""
    command = [str(our_python), "-m", "benchmarks.gate_table", str(every)]
    subprocess.run(command, cwd=ROOT, env=clean_environment(), check=True)
