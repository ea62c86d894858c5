"""Recorded answers that were refused: passed over for nothing in later runs, so that these go on where the last ended.

What was refused holds for one unit, one spec, one set of gates with the versions of their tools, and the helpers and
implementations around the unit; any other begins a memory of its own. It is a memory, no evidence: without it the
answers are judged once more.
"""

import contextlib
import importlib.metadata
import json
import platform
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from hatch_vibesafe.config import gate_settings_digest
from hatch_vibesafe.gates.verdict import Finding
from hatch_vibesafe.generate.callees import named
from hatch_vibesafe.generate.feedback import Feedback
from hatch_vibesafe.identity import Digest, UnitId, digest, tagged_digest
from hatch_vibesafe.problems import VibesafeError
from hatch_vibesafe.project import Project
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.store.files import read_file, write_atomically
from hatch_vibesafe.store.records import Answer

_FORMAT = 1
_TOOLS = ("mypy", "ruff")
BESIDE = -1
"""In the place of a sample: a question to another provider belongs to no conversation that ends."""


@dataclass(frozen=True, slots=True)
class _Entry:
    answer: Digest
    sample: int
    feedback: Feedback


@dataclass(slots=True)
class Refusals:
    """The refused answers of one unit.

    Attributes:
        path: The file that they are kept in; None where they are forgotten with the run.
        samples: The samples whose whole conversation was refused.
        entries: The refused answers of conversations that are still open, by request.
    """

    path: Path | None
    samples: set[int] = field(default_factory=set)
    entries: dict[Digest, _Entry] = field(default_factory=dict)

    def feedback(self, request: Digest, answer: Answer) -> Feedback | None:
        """Return what went back to the model when this recorded answer was refused, or None where it was not."""
        entry = self.entries.get(request)
        return entry.feedback if entry is not None and entry.answer == digest(answer.text.encode()) else None

    def first_open(self, sample: int, step: int) -> int:
        """Return the first sample from `sample` on, in steps, whose conversation is not over."""
        while sample in self.samples:
            sample += step
        return sample

    def add(self, request: Digest, answer: Answer, sample: int, feedback: Feedback) -> None:
        """Remember that an answer was refused."""
        self.entries[request] = _Entry(digest(answer.text.encode()), sample, feedback)

    def close(self, sample: int) -> None:
        """Remember that a sample's conversation is over; its answers need no memory of their own then."""
        self.samples.add(sample)
        self.entries = {name: entry for name, entry in self.entries.items() if entry.sample != sample}

    def write(self) -> None:
        """Keep it on disk."""
        if self.path is None:
            return
        answers = {
            name: {
                "answer": entry.answer,
                "sample": entry.sample,
                "shown": entry.feedback.answer,
                "findings": [[each.gate, each.line, each.message] for each in entry.feedback.findings],
            }
            for name, entry in self.entries.items()
        }
        document = {"format": _FORMAT, "samples": sorted(self.samples), "answers": answers}
        with contextlib.suppress(VibesafeError):  # without it answers are judged once more, and nothing else
            write_atomically(self.path, f"{json.dumps(document, indent=1, sort_keys=True)}\n".encode("ascii"))


class Memories:
    """The refused answers of the units of one run, each read once. With `forgetting` nothing counts as refused yet."""

    def __init__(self, project: Project, *, forgetting: bool) -> None:
        self._project = project
        self._forgetting = forgetting
        self._known: dict[Path, Refusals] = {}

    def of(self, spec: Spec, kind: str, callees: Collection[UnitId], active: Mapping[UnitId, bytes]) -> Refusals:
        """Return those of a unit that asks a kind of provider, given the units that it may call and what is active.

        Where a unit that its spec names has no implementation, there are none: what failed for want of it may be right.
        """
        if any(unit not in active for unit in named(spec, callees)):
            return Refusals(None)
        around = {unit: active[unit] for unit in callees if unit in active}
        path = refusals_path(self._project, spec, kind, around)
        if path not in self._known:
            self._known[path] = Refusals(path) if self._forgetting else read_refusals(path)
        return self._known[path]


def refusals_path(project: Project, spec: Spec, kind: str, around: Mapping[UnitId, bytes]) -> Path:
    """Return where the refused answers of a unit are kept, given the implementations of the units that it calls."""
    judged_with = {
        "gates": gate_settings_digest(project.config),
        "provider": kind,
        "python": platform.python_version(),
        "beside": sorted(spec.beside),
        "around": sorted((str(unit), digest(content)) for unit, content in around.items()),
        "tools": [(name, _version(name)) for name in _TOOLS],
    }
    content = json.dumps(judged_with, sort_keys=True).encode()
    name = tagged_digest("vibesafe-refused/1", str(spec.unit).encode(), spec.spec_hash.encode(), content)
    return project.cache_path / "refused" / f"{name}.json"


def read_refusals(path: Path) -> Refusals:
    """Return the refused answers that a file holds; none where it cannot be read whole."""
    try:
        content = read_file(path)
        document = {} if content is None else json.loads(content)
        if document.get("format") != _FORMAT:
            return Refusals(path)
        entries = {Digest(name): _entry(entry) for name, entry in document["answers"].items()}
        return Refusals(path, {int(sample) for sample in document["samples"]}, entries)
    except (VibesafeError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return Refusals(path)


def _entry(entry: "dict[str, object]") -> _Entry:
    findings = entry["findings"]
    if not isinstance(findings, list):
        raise TypeError("findings")
    found = tuple(Finding(str(gate), int(line), str(message)) for gate, line, message in findings)
    return _Entry(Digest(str(entry["answer"])), int(str(entry["sample"])), Feedback(str(entry["shown"]), found))


@cache
def _version(tool: str) -> str:
    try:
        return importlib.metadata.version(tool)
    except importlib.metadata.PackageNotFoundError:
        return ""
