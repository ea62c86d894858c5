"""How much a command says: `--quiet`, nothing, or `--verbose`."""

import contextlib
import itertools
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from typing import Literal

import click

Loudness = Literal["quiet", "usual", "verbose"]
# Whose standard output is what was done and how it went, which the exit code and the problems say too.
SILENCED = frozenset({"scan", "compile", "submit", "test", "save", "status", "diff", "report", "bake", "check", "gc"})
_ASKED_FOR = ("--json", "--format", "--events", "--estimate", "--dry-run", "--help")
_current: ContextVar[Loudness] = ContextVar("loudness", default="usual")


def loudness() -> Loudness:
    """Return how much is to be said now."""
    return _current.get()


def wanted(arguments: Sequence[str]) -> Loudness:
    """Return how much the arguments of a command line ask to be said.

    Raises:
        click.UsageError: if they ask for two things at once.
    """
    quiet = not {"-q", "--quiet"}.isdisjoint(arguments)
    verbose = not {"-v", "--verbose"}.isdisjoint(arguments)
    if quiet and verbose:
        raise click.UsageError("--quiet and --verbose say the opposite of one another: leave one of them out")
    return "quiet" if quiet else "verbose" if verbose else "usual"


@contextlib.contextmanager
def speaking(arguments: Sequence[str]) -> Iterator[None]:
    """Say as much as the arguments ask for while a command runs.

    Raises:
        click.UsageError: if they ask for two things at once.
    """
    level = wanted(arguments)
    token = _current.set(level)
    began = time.monotonic()
    try:
        if level == "quiet" and _is_silenced(arguments):
            with open(os.devnull, "w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):  # noqa: PTH123 - no path
                yield
        else:
            yield
    finally:
        _current.reset(token)
        if level == "verbose" and sys.stderr is not None:
            click.echo(f"took {time.monotonic() - began:.2f} s", err=True)


def _is_silenced(arguments: Sequence[str]) -> bool:
    command = next((word for word in arguments if not word.startswith("-")), "")
    page = "--html=-" in arguments or ("--html", "-") in itertools.pairwise(arguments)
    return command in SILENCED and not page and not any(word.partition("=")[0] in _ASKED_FOR for word in arguments)
