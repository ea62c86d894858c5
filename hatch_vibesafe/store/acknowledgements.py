"""`acknowledged.toml`: why it is right that an implementation does other things than the one before it.

It lies beside the checkpoints of its unit and is committed with them. It says nothing of whether code may ship: without
it, a checkpoint that does other things than the one that was active under the same spec is not saved.
"""

from dataclasses import dataclass
from pathlib import Path

from hatch_vibesafe.identity import CheckpointHash, Digest, UnitId, digest
from hatch_vibesafe.problems import Problem, VibesafeHashMismatch
from hatch_vibesafe.store.files import read_file, write_atomically
from hatch_vibesafe.store.places import restore, unit_directory
from hatch_vibesafe.store.strict import Record, parse
from hatch_vibesafe.store.toml import dump

ACKNOWLEDGED = "acknowledged.toml"
FORMAT = 1
LONGEST = 500


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """A divergence that somebody wanted.

    Attributes:
        before: The checkpoint that was active.
        after: The one that does other things.
        reason: Why that is right; one printable line.
        approver: Who said so; empty where nobody is known.
    """

    before: CheckpointHash
    after: CheckpointHash
    reason: str
    approver: str = ""


def is_reason(text: str) -> bool:
    """Return whether a text can be recorded as a reason: one printable line, bounded, no blanks around it."""
    return 0 < len(text) <= LONGEST and text.isprintable() and text == text.strip()


def acknowledgements_digest(directory: Path, unit: UnitId) -> Digest:
    """Return the digest of what was acknowledged of a unit, as the file holds it; of no bytes where there is none.

    Raises:
        VibesafeError: if it cannot be read.
    """
    return digest(read_file(unit_directory(directory, unit) / ACKNOWLEDGED) or b"")


def read_acknowledgements(directory: Path, unit: UnitId) -> tuple[Acknowledgement, ...]:
    """Return what was acknowledged of a unit below the checkpoints `directory`, in the order of the file.

    Raises:
        VibesafeHashMismatch: if the file is not one that vibesafe wrote.
        VibesafeError: if it cannot be read.
    """
    path = unit_directory(directory, unit) / ACKNOWLEDGED
    content = read_file(path)
    if content is None:
        return ()
    problems: list[Problem] = []
    record = parse(content, str(path), restore(path, unit), problems, FORMAT)
    found = () if record is None else tuple(_read(each) for each in record.records("divergence"))
    if record is not None:
        record.finish()
    if problems:
        raise VibesafeHashMismatch(*problems)
    return found


def acknowledge(directory: Path, unit: UnitId, acknowledgement: Acknowledgement) -> None:
    """Keep why a divergence is right, in place of what was said of the same two checkpoints before.

    Raises:
        ValueError: if the reason is not one (`is_reason`).
        VibesafeHashMismatch: if what is there already is not what vibesafe wrote.
        VibesafeError: if it cannot be written; what was there before then still is.
    """
    if not is_reason(acknowledgement.reason):
        raise ValueError(f"not a reason: {acknowledgement.reason!r}")
    pair = (acknowledgement.before, acknowledgement.after)
    kept = [each for each in read_acknowledgements(directory, unit) if (each.before, each.after) != pair]
    tables = [
        {"before": each.before, "after": each.after, "reason": each.reason, "approver": each.approver}
        for each in (*kept, acknowledgement)
    ]
    write_atomically(unit_directory(directory, unit) / ACKNOWLEDGED, dump({"format": FORMAT, "divergence": tables}))


def _read(record: Record) -> Acknowledgement:
    before, after = (CheckpointHash(record.digest(key)) for key in ("before", "after"))
    reason, approver = record.text("reason"), record.text("approver")
    if not is_reason(reason):
        record.problem("reason", f"is {reason!r:.80}, where one printable line is expected")
    if approver and not is_reason(approver):
        record.problem("approver", f"is {approver!r:.80}, where one printable line is expected")
    record.finish()
    return Acknowledgement(before, after, reason, approver)
