"""What each gate lets through, over all slips: the long campaign, about half an hour."""

from pathlib import Path

from benchmarks.gate_strength import measure


def main(our_python: Path, _rival_python: Path) -> None:
    """Print the table."""
    measure(our_python, every=1)
