"""Text of somebody else's, as it can be shown: a terminal acts on some characters, and a reader has little time."""

LONGEST = 300


def printable(text: str) -> str:
    """Return a text with what does not print escaped, and cut where it is very long."""
    cut = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in cut)
