"""The command line in a terminal, and out of one."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pytest

from tests.cli.conftest import asking, command, project, server  # noqa: F401 - fixtures of this room too

REPOSITORY = Path(__file__).parents[2]
PROGRAM = "import sys; from hatch_vibesafe.cli import main; main(sys.argv[1:])"


@pytest.fixture
def terminal() -> Iterator[Callable[..., "pexpect.spawn[str]"]]:
    """Run a command in a terminal of its own, 100 columns wide."""
    running: list[pexpect.spawn[str]] = []

    def spawn(*arguments: str, cwd: Path) -> "pexpect.spawn[str]":
        variables = os.environ | {"PYTHONPATH": str(REPOSITORY), "NO_COLOR": "1", "TERM": "xterm"}
        child = pexpect.spawn(
            sys.executable,
            ["-c", PROGRAM, *arguments],
            cwd=str(cwd),
            env=variables,
            encoding="utf-8",
            timeout=60,
            dimensions=(40, 100),
        )
        running.append(child)
        return child

    yield spawn
    for child in running:
        child.close(force=True)
