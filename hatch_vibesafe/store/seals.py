"""`.vibesafe/cache/gated`: what was found of units on this machine, so that a command need not find it again.

A line holds a unit, what was found, and a seal over everything that the finding depends on. It is made with the secret
of the machine: a line that came with a commit, or from another machine, is worth nothing here.
"""

import hashlib
import hmac
from collections.abc import Mapping
from pathlib import Path

from hatch_vibesafe.problems import VibesafeError
from hatch_vibesafe.store.files import read_file, write_atomically

_DOMAIN = b"vibesafe-gated/1"


def seal(secret: bytes, parts: tuple[str, ...]) -> str:
    """Return the seal over texts, none of which holds a NUL."""
    return hmac.new(secret, _DOMAIN + b"\0" + "\0".join(parts).encode(), hashlib.sha256).hexdigest()


def read_seals(path: Path) -> dict[str, str]:
    """Return the seals by what they are of; of a file that cannot be read, nothing: then it is found again."""
    try:
        content = read_file(path)
    except VibesafeError:
        return {}
    lines = (content or b"").decode("utf-8", "replace").splitlines()
    return {name: found for line in lines for found, _, name in [line.partition(" ")] if name}


def write_seals(path: Path, seals: Mapping[str, str]) -> None:
    """Keep seals. Where that cannot be done nothing is lost but time.

    What a finding is named after is a unit id and a word, which hold no line end.
    """
    content = "".join(f"{found} {name}\n" for name, found in sorted(seals.items()))
    try:
        write_atomically(path, content.encode())
    except VibesafeError:
        return
