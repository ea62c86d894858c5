"""Every candidate that was judged, kept with what the gates said of it: half-right ones are worth comparing.

They lie in the cache, one file each, below the unit and the spec that they are for. They are no evidence: nothing ships
because of them, and without them nothing is lost but the comparison.
"""

import contextlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from hatch_vibesafe.gates import structure
from hatch_vibesafe.gates.verdict import Finding
from hatch_vibesafe.identity import SpecHash, UnitId, digest
from hatch_vibesafe.problems import VibesafeError
from hatch_vibesafe.project import Project
from hatch_vibesafe.store.files import read_file
from hatch_vibesafe.store.places import unit_directory
from hatch_vibesafe.store.temporaries import temporary_file

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class KeptCandidate:
    """A candidate, and what became of it.

    Attributes:
        unit: Whose implementation it would have been.
        spec_hash: The spec that it was written for.
        implementation: Its bytes, as they were judged.
        findings: Why it was refused; empty where it passed every gate that was required then.
        strategy: How it was asked for; empty where it was not asked for.
        model: The model that answered.
    """

    unit: UnitId
    spec_hash: SpecHash
    implementation: bytes
    findings: tuple[Finding, ...]
    strategy: str = ""
    model: str = ""

    @property
    def passed(self) -> bool:
        """Whether every gate passed it that was required when it was judged."""
        return not self.findings


def keep_candidate(project: Project, candidate: KeptCandidate) -> None:
    """Keep a candidate; the same implementation of the same spec is kept once, with what was said of it last."""
    name = digest(candidate.implementation)
    path = _directory(project, candidate.unit) / candidate.spec_hash / f"{name}.json"
    document = {
        "format": _FORMAT,
        "implementation": candidate.implementation.decode("utf-8", "replace"),
        "findings": [[each.gate, each.line, each.message] for each in candidate.findings],
        "strategy": candidate.strategy,
        "model": candidate.model,
    }
    # A memory, no evidence: whole or absent, not synced, which costs more than the rest of it.
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary_file(path) as (temporary, stream):
            stream.write(f"{json.dumps(document, indent=1, sort_keys=True)}\n".encode("ascii"))
            stream.flush()
            temporary.replace(path)


def kept_candidates(project: Project, unit: UnitId, spec_hash: SpecHash) -> tuple[KeptCandidate, ...]:
    """Return the kept candidates of one spec: those that passed first, then by how little was wrong with them."""
    directory = _directory(project, unit) / spec_hash
    found = (_read(path, unit, spec_hash) for path in _entries(directory, "*.json"))
    return tuple(sorted((each for each in found if each is not None), key=_order))


def all_kept_candidates(project: Project) -> tuple[KeptCandidate, ...]:
    """Return the kept candidates of every unit and every spec, sorted by these."""
    found: list[KeptCandidate] = []
    for directory in _entries(_root(project), "*/*/*"):
        with contextlib.suppress(ValueError):
            unit = UnitId(directory.parent.parent.name, directory.parent.name)
            found += kept_candidates(project, unit, SpecHash(directory.name))
    return tuple(found)


def _root(project: Project) -> Path:
    return project.cache_path / "candidates"


def _directory(project: Project, unit: UnitId) -> Path:
    return unit_directory(_root(project), unit)


def _entries(directory: Path, pattern: str) -> Iterable[Path]:
    return sorted(directory.glob(pattern)) if directory.is_dir() else ()


def _order(candidate: KeptCandidate) -> tuple[bool, int, int, bytes]:
    gates = {finding.gate for finding in candidate.findings}
    # Behind a failed structure gate no other one runs: nothing else is known to be wrong, and nothing to be right.
    return structure.GATE in gates, len(gates), len(candidate.findings), candidate.implementation


def _read(path: Path, unit: UnitId, spec_hash: SpecHash) -> KeptCandidate | None:
    try:
        content = read_file(path)
        document = {} if content is None else json.loads(content)
        if document.get("format") != _FORMAT:
            return None
        implementation = str(document["implementation"]).encode()
        findings = tuple(Finding(str(gate), int(line), str(message)) for gate, line, message in document["findings"])
        whole = digest(implementation) == path.stem
        kept = KeptCandidate(
            unit, spec_hash, implementation, findings, str(document["strategy"]), str(document["model"])
        )
    except (VibesafeError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return kept if whole else None
