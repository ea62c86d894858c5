"""`accepted.toml`: which checkpoint of a unit was accepted last, where it was not the newest that was made.

A checkpoint that is made again keeps its bytes, for the index may pin them; that it counts as newer is said beside it.
It orders checkpoints and proves nothing: whatever it names is still read, checked and refused like any other.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from hatch_vibesafe.identity import CheckpointHash, UnitId, parse_digest
from hatch_vibesafe.problems import VibesafeError
from hatch_vibesafe.store.files import read_file, write_atomically
from hatch_vibesafe.store.meta import is_creation_time
from hatch_vibesafe.store.places import unit_directory
from hatch_vibesafe.store.toml import dump

ACCEPTED = "accepted.toml"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Accepted:
    """A checkpoint, and when it was accepted again: UTC, ISO 8601 with microseconds."""

    checkpoint: CheckpointHash
    at: str


def read_accepted(directory: Path, unit: UnitId) -> Accepted | None:
    """Return what was accepted again last, or None where nothing was, or what lies there says nothing of the kind."""
    try:
        content = read_file(unit_directory(directory, unit) / ACCEPTED)
        values = {} if content is None else tomllib.loads(content.decode("utf-8"))
        checkpoint, at = values.get("checkpoint"), values.get("at")
        if values.get("format") != FORMAT or not isinstance(checkpoint, str) or not isinstance(at, str):
            return None
        return Accepted(CheckpointHash(parse_digest(checkpoint)), at) if is_creation_time(at) else None
    except (VibesafeError, ValueError):
        return None


def write_accepted(directory: Path, unit: UnitId, accepted: Accepted) -> None:
    """Say that a checkpoint below the checkpoints `directory` was accepted again.

    Raises:
        VibesafeError: if it cannot be written; what was there before then still is.
    """
    content = dump({"format": FORMAT, "checkpoint": accepted.checkpoint, "at": accepted.at})
    write_atomically(unit_directory(directory, unit) / ACCEPTED, content)
