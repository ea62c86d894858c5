"""What a stream can show: whether a person watches it, whether in colours, how wide it is."""

import os
import shutil
import sys
from typing import TextIO

import click

_PLAIN = "dumb"


def is_watched(stream: TextIO | None = None) -> bool:
    """Return whether a person watches a stream, standard output by default: a terminal that is no CI's and not dumb."""
    stream = sys.stdout if stream is None else stream
    return stream.isatty() and os.environ.get("TERM") != _PLAIN and not os.environ.get("CI")


def has_colours(stream: TextIO | None = None) -> bool:
    """Return whether a stream may be coloured: it is watched, and NO_COLOR (no-color.org) is unset or empty."""
    return is_watched(stream) and not os.environ.get("NO_COLOR")


def width() -> int:
    """Return how many columns the terminal has."""
    return shutil.get_terminal_size().columns


def styled(text: str, colour: str | None, *, bold: bool = False, stream: TextIO | None = None) -> str:
    """Return a text in a colour where the stream may be coloured, as it is elsewhere."""
    return click.style(text, fg=colour, bold=bold or None) if has_colours(stream) else text
