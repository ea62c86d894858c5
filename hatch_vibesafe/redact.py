"""The spellings of a secret, and a text without them: for everything that is said, kept or shown."""

import base64
from functools import lru_cache

REDACTED = "[key]"
SHORTEST_SECRET = 8
"""A shorter one is no secret, and encoded it stands in any text."""

_SHORTEST_WORD = 4
"""A value that is shorter stands in any text as it is: it is taken out of none."""


def without(text: str, secret: str) -> str:
    """Return a text without any spelling of a secret: as it is, escaped, reversed, hexadecimal, or base64."""
    for spelling in _longest_first(secret):
        text = text.replace(spelling, REDACTED)
    return text


def spellings(secret: str) -> frozenset[str]:
    """Return the texts that give a secret away; only it itself where it is short, none where it is shorter still."""
    if len(secret) < _SHORTEST_WORD:
        return frozenset()
    plain = {secret, ascii(secret)[1:-1], repr(secret)[1:-1]}
    if len(secret) < SHORTEST_SECRET:
        return frozenset(plain)
    content = secret.encode("utf-8", "surrogateescape")
    plain |= {secret[::-1], content.hex(), content.hex().upper(), content.hex()[::-1], content[::-1].hex()}
    for before in range(3):
        # Where other bytes stand before or after it, the letters at its ends differ; those between do not.
        encoded = base64.b64encode(bytes(before) + content).rstrip(b"=").decode()
        inner = encoded[(before * 8 + 5) // 6 : (before + len(content)) * 8 // 6]
        plain |= {inner, inner.replace("+", "-").replace("/", "_"), inner[::-1]}
    return frozenset(plain)


@lru_cache(maxsize=64)
def _longest_first(secret: str) -> tuple[str, ...]:
    """Return the spellings of a secret: they are asked for with every text, and the longest holds others."""
    return tuple(sorted(spellings(secret), key=len, reverse=True))
