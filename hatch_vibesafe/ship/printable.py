"""Text of somebody else's, as it can be shown: a terminal acts on some characters, and a reader has little time."""

from hatch_vibesafe.problems import printable as wholly_printable

LONGEST = 300


def printable(text: str) -> str:
    """Return a text with what does not print escaped, and cut where it is very long."""
    cut = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    return wholly_printable(cut)
