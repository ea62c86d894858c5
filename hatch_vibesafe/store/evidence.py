"""`evidence.toml`: which gates a checkpoint passed. It pins `meta.toml`; the index pins it.

The chain is: index -> digest of evidence.toml -> digest of meta.toml -> checkpoint hash -> digest of impl.py.
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from hatch_vibesafe.config import ADEQUACY
from hatch_vibesafe.identity import CheckpointHash, Digest, UnitId, digest
from hatch_vibesafe.problems import Problem, VibesafeCheckpointMissing, VibesafeHashMismatch
from hatch_vibesafe.sandbox_levels import reaches
from hatch_vibesafe.store.files import read_file, write_atomically
from hatch_vibesafe.store.meta import meta_bytes
from hatch_vibesafe.store.places import EVIDENCE, META, checkpoint_directory, restore
from hatch_vibesafe.store.plain_toml import load
from hatch_vibesafe.store.records import Checkpoint, Evidence, GateRecord
from hatch_vibesafe.store.strict import Record, parse
from hatch_vibesafe.store.toml import dump

FORMAT = 1
_GATES = b"\n[[gates]]\n"
_BEFORE_GATES = re.compile(
    rb'format = 1\ncheckpoint = "([0-9a-f]{64})"\nmeta = "([0-9a-f]{64})"\nsettings = "([0-9a-f]{64})"\n'
    rb'sandbox = "([A-Za-z0-9]*)"\n'
)
"""How all that stands before the gates is written, where nothing in it needs an escape."""


def make_evidence(checkpoint: Checkpoint, settings: Digest, sandbox: str, gates: tuple[GateRecord, ...]) -> Evidence:
    """Return the evidence that these gates gave for a checkpoint under these gate settings."""
    return Evidence(checkpoint.hash, digest(meta_bytes(checkpoint)), settings, sandbox, gates)


def evidence_bytes(evidence: Evidence) -> bytes:
    """Return the content of `evidence.toml`, the same bytes for the same evidence everywhere.

    Raises:
        ValueError: if a text in it is not writable as UTF-8.
    """
    return dump(
        {
            "format": FORMAT,
            "checkpoint": evidence.checkpoint,
            "meta": evidence.meta,
            "settings": evidence.settings,
            "sandbox": evidence.sandbox,
            "gates": [
                {
                    "gate": gate.gate,
                    "tool": gate.tool,
                    "version": gate.version,
                    "passed": gate.passed,
                    "counts": dict(gate.counts),
                }
                for gate in evidence.gates
            ],
        }
    )


def parse_evidence(content: bytes, file: str, remedy: str) -> Evidence:
    """Return what the bytes of an `evidence.toml` say. `file` and `remedy` are named in the problems.

    Raises:
        VibesafeHashMismatch: with everything that is wrong: no whole TOML, a missing or unknown key, a wrong type, a
            gate that stands there twice.
    """
    usual = _as_written(content)
    if usual is not None:
        return usual
    problems: list[Problem] = []
    record = parse(content, file, remedy, problems, FORMAT)
    if record is None:
        raise VibesafeHashMismatch(*problems)
    evidence = Evidence(
        checkpoint=CheckpointHash(record.digest("checkpoint")),
        meta=record.digest("meta"),
        settings=record.digest("settings"),
        sandbox=record.text("sandbox"),
        gates=tuple(_gate(gate) for gate in record.records("gates")),
    )
    record.finish()
    names = [gate.gate for gate in evidence.gates]
    for name in sorted({name for name in names if names.count(name) > 1}):
        record.problem("gates", f"holds the gate {name!r} more than once")
    if problems:
        raise VibesafeHashMismatch(*problems)
    return evidence


def _as_written(content: bytes) -> Evidence | None:
    """Return evidence that is spelled as `evidence_bytes` spells most of it; None for any other, right or wrong."""
    before, mark, after = content.partition(_GATES)
    match = _BEFORE_GATES.fullmatch(before)
    gates = None if match is None else _gates_as_written(mark + after)
    if match is None or gates is None:
        return None
    checkpoint, meta, settings, sandbox = (text.decode("ascii") for text in match.groups())
    return Evidence(CheckpointHash(checkpoint), Digest(meta), Digest(settings), sandbox, gates)


@lru_cache(maxsize=64)
def _gates_as_written(content: bytes) -> tuple[GateRecord, ...] | None:
    """Return the gates of the end of a file, which most units of a project share; None where anything is wrong."""
    problems: list[Problem] = []
    try:
        record = Record(load(content.decode("utf-8")), "", "", problems)
    except (ValueError, RecursionError):
        return None
    gates = tuple(_gate(gate) for gate in record.records("gates"))
    record.finish()
    names = {gate.gate for gate in gates}
    return gates if not problems and len(names) == len(gates) else None


def _gate(record: Record) -> GateRecord:
    counts = record.record("counts")
    gate = GateRecord(
        gate=record.text("gate"),
        tool=record.text("tool"),
        version=record.text("version"),
        passed=record.boolean("passed"),
        counts=tuple((name, counts.integer(name)) for name in counts.names()),
    )
    record.finish()
    return gate


def write_evidence(directory: Path, unit: UnitId, evidence: Evidence) -> Digest:
    """Store the evidence of a checkpoint that exists below the checkpoints `directory`; return its digest.

    What is stored pins the `meta.toml` that lies there: made anew, a checkpoint of the same hash keeps its first one.
    Evidence that is there already is replaced, atomically.

    Raises:
        VibesafeCheckpointMissing: if there is no such checkpoint.
        VibesafeError: if it cannot be written.
    """
    path = checkpoint_directory(directory, unit, evidence.checkpoint)
    meta = read_file(path / META)
    if meta is None:
        problem = Problem(str(path), "there is no such checkpoint", f"vibesafe compile --target {unit}")
        raise VibesafeCheckpointMissing(problem)
    content = evidence_bytes(replace(evidence, meta=digest(meta)))
    if read_file(path / EVIDENCE) != content:
        write_atomically(path / EVIDENCE, content)
    return digest(content)


def read_evidence(directory: Path, unit: UnitId, checkpoint: CheckpointHash) -> tuple[Evidence, Digest]:
    """Return a checkpoint's evidence and its digest, checked against the `meta.toml` beside it.

    Raises:
        VibesafeCheckpointMissing: if the checkpoint or its evidence is missing.
        VibesafeHashMismatch: if the evidence is malformed, or is that of another checkpoint or another `meta.toml`.
        VibesafeError: if a file cannot be read.
    """
    path = checkpoint_directory(directory, unit, checkpoint)
    content, meta = read_file(path / EVIDENCE), read_file(path / META)
    if meta is None:
        what = f"checkpoint {checkpoint} is missing"
        raise VibesafeCheckpointMissing(Problem(str(path / META), what, restore(path, unit)))
    if content is None:
        what = f"evidence is missing: nothing says which gates checkpoint {checkpoint} passed"
        raise VibesafeCheckpointMissing(Problem(str(path / EVIDENCE), what, f"vibesafe test --target {unit}"))
    evidence = parse_evidence(content, str(path / EVIDENCE), f"vibesafe test --target {unit}")
    problem = foreign(evidence, checkpoint, digest(meta), path, unit)
    if problem is not None:
        raise VibesafeHashMismatch(problem)
    return evidence, digest(content)


def foreign(evidence: Evidence, checkpoint: CheckpointHash, meta: Digest, path: Path, unit: UnitId) -> Problem | None:
    """Return what is wrong where the evidence in directory `path` is not that of this checkpoint and `meta.toml`."""
    if evidence.checkpoint != checkpoint:
        what = f"is the evidence of another checkpoint, {evidence.checkpoint}"
        return Problem(str(path / EVIDENCE), what, f"vibesafe test --target {unit}")
    if evidence.meta != meta:
        return Problem(str(path / META), "was edited: it is not the one that the evidence is for", restore(path, unit))
    return None


@dataclass(frozen=True, slots=True)
class Gap:
    """Why evidence does not count.

    Attributes:
        what: The reason, for people.
        mend: The command that can close it.
    """

    what: str
    mend: str


def gaps(
    evidence: Evidence, unit: UnitId, settings: Digest, required: tuple[str, ...], min_sandbox: str = ""
) -> tuple[Gap, ...]:
    """Return why evidence is not complete and passing under the gate settings in force; empty where it is.

    Evidence counts that was made at `min_sandbox` or a higher level, wherever it is read; empty requires none.
    """
    outcomes = {gate.gate: gate.passed for gate in evidence.gates}
    asked = f"add examples that answer what is asked by: vibesafe test --adequacy --target {unit}"
    compiled, tested = f"vibesafe compile --force --target {unit}", f"vibesafe test --target {unit}"
    failed = tuple(
        Gap("the spec lets more mutants live than gates.min_adequacy allows", asked)
        if name == ADEQUACY
        else Gap(f"gate {name} failed", compiled)
        for name in required
        if outcomes.get(name) is False
    )
    missing = tuple(Gap(f"gate {name} missing in evidence", tested) for name in required if name not in outcomes)
    moved = () if evidence.settings == settings else (Gap("gate settings changed since it was tested", tested),)
    if not min_sandbox or reaches(evidence.sandbox, min_sandbox):
        return (*failed, *missing, *moved)
    what = f"it was judged in a sandbox of level {evidence.sandbox}, and sandbox.min_sandbox is {min_sandbox}"
    return (*failed, *missing, *moved, Gap(what, tested))
