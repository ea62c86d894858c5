"""Checkpoints on disk: written whole or not at all, and checked byte for byte whenever they are read."""

import contextlib
import errno
import os
from dataclasses import replace
from pathlib import Path

from hatch_vibesafe.identity import CheckpointHash, Digest, UnitId, checkpoint_hash, digest, parse_digest
from hatch_vibesafe.problems import Problem, VibesafeCheckpointMissing, VibesafeError, VibesafeHashMismatch
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.spec.uses import used_beside
from hatch_vibesafe.store import temporaries
from hatch_vibesafe.store.evidence import evidence_bytes, read_evidence, write_evidence
from hatch_vibesafe.store.files import (
    make_directory,
    problem_of,
    read_file,
    sync_directory,
    write_atomically,
    write_new,
)
from hatch_vibesafe.store.meta import Meta, is_creation_time, meta_bytes, parse_meta
from hatch_vibesafe.store.places import EVIDENCE, IMPLEMENTATION, META, checkpoint_directory, restore, unit_directory
from hatch_vibesafe.store.records import Checkpoint, Evidence, Provenance

__all__ = [
    "checkpoint_of",
    "implementation_at",
    "list_checkpoints",
    "make_checkpoint",
    "meta_at",
    "meta_bytes",
    "read_checkpoint",
    "write_checkpoint",
]

_TAKEN = frozenset({errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR, errno.EACCES})


def make_checkpoint(spec: Spec, prompt: Digest, implementation: bytes, provenance: Provenance) -> Checkpoint:
    """Return the checkpoint that an implementation of a spec makes.

    Raises:
        ValueError: if `provenance.created` is not UTC, ISO 8601 with microseconds.
    """
    if not is_creation_time(provenance.created):
        raise ValueError(f"not a time in UTC with microseconds: {provenance.created!r}")
    uses = used_beside(spec, implementation)
    name = checkpoint_hash(spec.spec_hash, prompt, digest(implementation), uses)
    return Checkpoint(spec.unit, spec.spec_hash, prompt, implementation, spec.parts, provenance, name, uses)


def write_checkpoint(directory: Path, checkpoint: Checkpoint, evidence: Evidence | None) -> Path:
    """Store a checkpoint below the checkpoints `directory`, whole or not at all; return its own directory.

    A checkpoint of the same hash that is whole is kept, with the evidence given here if any; a damaged one is replaced.

    Raises:
        VibesafeError: if it cannot be written; nothing whole that was there before is lost.
        ValueError: if `evidence` is that of another checkpoint, or a text is not writable as UTF-8.
    """
    if evidence is not None and evidence.checkpoint != checkpoint.hash:
        raise ValueError(f"evidence of {evidence.checkpoint} for checkpoint {checkpoint.hash}")
    path = checkpoint_directory(directory, checkpoint.unit, checkpoint.hash)
    try:
        make_directory(path.parent)
        _keep_line_ends(directory)
        temporaries.sweep(path.parent)
        placed = not _is_whole(directory, checkpoint) and _place(directory, checkpoint, evidence)
    except OSError as error:
        raise VibesafeError(problem_of(error, path, "written")) from error
    if not placed and evidence is not None:
        write_evidence(directory, checkpoint.unit, evidence)
    return path


def _keep_line_ends(directory: Path) -> None:
    """Tell git to leave every byte below `directory` as it is: a converted line end would be another digest."""
    path = directory / ".gitattributes"
    if not path.exists():
        write_atomically(path, b"# Every byte below is covered by a digest.\n* -text\n")


def _is_whole(directory: Path, checkpoint: Checkpoint) -> bool:
    """Whether the checkpoint lies there undamaged, with evidence of its own or with none."""
    try:
        read_checkpoint(directory, checkpoint.unit, checkpoint.hash)
        path = checkpoint_directory(directory, checkpoint.unit, checkpoint.hash)
        if read_file(path / EVIDENCE) is not None:
            read_evidence(directory, checkpoint.unit, checkpoint.hash)
    except VibesafeError:
        return False
    return True


def _place(directory: Path, checkpoint: Checkpoint, evidence: Evidence | None) -> bool:
    """Put a new directory where nothing, or something damaged, is; False where another writer was quicker."""
    path = checkpoint_directory(directory, checkpoint.unit, checkpoint.hash)
    meta = meta_bytes(checkpoint)
    with temporaries.temporary_directory(path) as temporary:
        write_new(temporary / IMPLEMENTATION, checkpoint.implementation)
        write_new(temporary / META, meta)
        if evidence is not None:
            write_new(temporary / EVIDENCE, evidence_bytes(replace(evidence, meta=digest(meta))))
        sync_directory(temporary)
        while not _renamed(temporary, path):
            if _is_whole(directory, checkpoint):
                return False
            _discard(path)
    sync_directory(path.parent)
    return True


def _renamed(temporary: Path, path: Path) -> bool:
    """Rename a directory; False where something that is not an empty directory is in the way."""
    try:
        temporary.rename(path)
    except OSError as error:
        if error.errno in _TAKEN and path.exists():
            return False
        raise
    return True


def _discard(path: Path) -> None:
    """Take what is damaged away in one step, so that no reader meets it half removed."""
    aside = temporaries.temporary_path(path)
    with contextlib.suppress(FileNotFoundError):
        path.rename(aside)
        temporaries.remove(aside)


def meta_at(path: Path, unit: UnitId, checkpoint: CheckpointHash) -> tuple[Meta, Digest]:
    """Return what the `meta.toml` of the checkpoint in directory `path` says and the digest of its bytes.

    Raises:
        VibesafeCheckpointMissing: if the checkpoint or its `meta.toml` is missing.
        VibesafeHashMismatch: if it is malformed, or names another unit or another checkpoint than its place does.
        VibesafeError: if it cannot be read.
    """
    file = f"{path}{os.sep}{META}"
    content = read_file(file)
    if content is None:
        missing = file if path.exists() else str(path)
        problem = Problem(missing, f"checkpoint {checkpoint} is missing", restore(path, unit))
        raise VibesafeCheckpointMissing(problem)
    meta = parse_meta(content, file, restore(file, unit))
    if (meta.unit, meta.hash) != (unit, checkpoint):
        what = f"names {meta.unit} {meta.hash}, but lies where {unit} {checkpoint} belongs"
        raise VibesafeHashMismatch(Problem(file, what, restore(file, unit)))
    return meta, digest(content)


def implementation_at(path: Path, meta: Meta) -> bytes:
    """Return the implementation in directory `path` that `meta` describes, its bytes hashed anew.

    Raises:
        VibesafeCheckpointMissing: if `impl.py` is missing.
        VibesafeHashMismatch: if its bytes are not those of the checkpoint.
        VibesafeError: if it cannot be read.
    """
    file = f"{path}{os.sep}{IMPLEMENTATION}"
    content = read_file(file)
    if content is None:
        raise VibesafeCheckpointMissing(Problem(file, "is missing", restore(file, meta.unit)))
    found = digest(content)
    if found != meta.implementation:
        what = f"implementation bytes differ from checkpoint: expected SHA-256 {meta.implementation}, found {found}"
        raise VibesafeHashMismatch(Problem(file, what, restore(file, meta.unit)))
    return content


def read_checkpoint(directory: Path, unit: UnitId, checkpoint: CheckpointHash) -> Checkpoint:
    """Return a checkpoint, every digest computed anew from the bytes on disk.

    Raises:
        VibesafeCheckpointMissing: if it or one of its files is missing.
        VibesafeHashMismatch: if `checkpoint` is no whole hash, a link stands on the way, or any byte differs.
        VibesafeError: if a file cannot be read.
    """
    path = checkpoint_directory(directory, unit, checkpoint)
    meta, _ = meta_at(path, unit, checkpoint)
    return checkpoint_of(meta, implementation_at(path, meta))


def checkpoint_of(meta: Meta, implementation: bytes) -> Checkpoint:
    """Return the checkpoint that `meta` and the implementation it describes make."""
    return Checkpoint(
        meta.unit,
        meta.spec_hash,
        meta.prompt,
        implementation,
        meta.parts,
        meta.provenance,
        meta.hash,
        meta.uses,
        meta.deps,
    )


def list_checkpoints(directory: Path, unit: UnitId) -> tuple[CheckpointHash, ...]:
    """Return the hashes of a unit's checkpoints, sorted. They are names only: nothing was read or checked.

    Raises:
        VibesafeError: if the directory cannot be read.
    """
    path = unit_directory(directory, unit)
    try:
        with os.scandir(path) as entries:
            names = sorted(entry.name for entry in entries if entry.is_dir())
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise VibesafeError(problem_of(error, path, "read")) from error
    return tuple(CheckpointHash(name) for name in names if _is_digest(name))


def _is_digest(name: str) -> bool:
    try:
        parse_digest(name)
    except ValueError:
        return False
    return True
