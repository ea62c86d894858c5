"""`.vibesafe/index.toml`: which checkpoint of a unit is active, and the digest of its evidence."""

from collections.abc import Callable
from pathlib import Path

from hatch_vibesafe.approver import LONGEST, is_approver
from hatch_vibesafe.identity import CheckpointHash, UnitId, parse_digest
from hatch_vibesafe.problems import Problem, VibesafeHashMismatch
from hatch_vibesafe.store.files import quoted, read_file, write_atomically
from hatch_vibesafe.store.lock import locked
from hatch_vibesafe.store.records import Index, IndexEntry
from hatch_vibesafe.store.strict import Record, parse
from hatch_vibesafe.store.toml import dump

FORMAT = 1


def index_bytes(index: Index) -> bytes:
    """Return the content of the index file, sorted by unit id.

    Raises:
        ValueError: if an entry holds what is not a SHA-256 digest, or an approver that cannot be recorded.
    """
    return dump({"format": FORMAT, "units": {str(unit): _values(entry) for unit, entry in sorted(index.units.items())}})


def parse_index(content: bytes, file: str, remedy: str) -> Index:
    """Return what the bytes of an index say. `file` and `remedy` are named in the problems.

    Raises:
        VibesafeHashMismatch: with everything that is wrong: half a line, an unknown key, an id or a hash that is none,
            a unit that stands there twice.
    """
    problems: list[Problem] = []
    record = parse(content, file, remedy, problems, FORMAT)
    if record is None:
        raise VibesafeHashMismatch(*problems)
    units = record.record("units")
    entries: dict[UnitId, IndexEntry] = {}
    for name in units.names():
        entry = _entry(units.record(name))
        try:
            entries[UnitId.parse(name)] = entry
        except ValueError as error:
            units.problem(name, str(error))
    record.finish()
    if problems:
        raise VibesafeHashMismatch(*problems)
    return Index(entries)


def _values(entry: IndexEntry) -> dict[str, str]:
    values = {"active": parse_digest(entry.active), "evidence": parse_digest(entry.evidence)}
    if not entry.approver:
        return values
    if not is_approver(entry.approver):
        raise ValueError(f"not an approver: {entry.approver!r}")
    return values | {"approver": entry.approver}


def _entry(record: Record) -> IndexEntry:
    approver = record.text("approver") if "approver" in record.names() else ""
    if approver and not is_approver(approver):
        record.problem("approver", f"is {approver!r:.80}, where one printable line of at most {LONGEST} is expected")
    entry = IndexEntry(CheckpointHash(record.digest("active")), record.digest("evidence"), approver)
    record.finish()
    return entry


def read_index(path: Path) -> Index:
    """Return the index; an empty one where there is no file.

    Raises:
        VibesafeHashMismatch: with everything that is wrong in it.
        VibesafeError: if it cannot be read.
    """
    content = read_file(path)
    if content is None:
        return Index()
    return parse_index(content, str(path), f"git restore {quoted(path)}  # or delete it, then: vibesafe save")


def lock_of(path: Path) -> Path:
    """Return the lock file of an index: whoever replaces it, or sources of its project, holds that."""
    return path.with_name(f"{path.name}.lock")


def update_index(path: Path, change: Callable[[Index], Index]) -> Index:
    """Replace the index by what `change` makes of it, under a lock from reading to writing; return the new one.

    Raises:
        VibesafeHashMismatch: if the index is malformed; it is then left as it is.
        VibesafeError: if it cannot be read, locked or written; the old one is then still there.
    """
    with locked(lock_of(path)):
        before = read_index(path)
        after = change(before)
        if before != after:
            write_atomically(path, index_bytes(after))
    return after
