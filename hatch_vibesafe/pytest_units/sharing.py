"""Who of several workers judges what: each unit is judged once a session, whatever worker its tests come to.

The units fall into as many parts as there are workers. Whoever needs a part that nobody has begun takes it; while
another one has it, the next free part is taken instead of waiting. What came of a part lies in a directory that the
controller makes for this session, open to nobody else; a lock on it ends with the worker that holds it, so that one
that dies keeps nobody waiting.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from hatch_vibesafe.problems import Problem, VibesafeError
from hatch_vibesafe.pytest_units.judging import Outcomes
from hatch_vibesafe.store.files import read_file, write_atomically
from hatch_vibesafe.store.lock import locked

_PATIENCE_SECONDS = 3600.0
Judge = Callable[[Sequence[str]], Outcomes]
"""Judges the units with these ids."""


@dataclass(slots=True)
class Shared:
    """What a session's gates say, judged when it is first asked for.

    Attributes:
        units: The ids of all units of which a test runs, the same in each worker.
        parts: Into how many parts they fall.
        directory: Where workers leave what they found; None where there is one process.
        judge: What judges.
    """

    units: Sequence[str]
    parts: int
    directory: Path | None
    judge: Judge
    _known: dict[str, Mapping[str, Sequence[Problem]]] = field(default_factory=dict)

    def problems(self, unit: str, case: str) -> Sequence[Problem]:
        """Return what is wrong with one test of a unit.

        Raises:
            VibesafeError: if another worker has judged this part for an hour.
            KeyError: if the gates said nothing of it.
        """
        if unit not in self._known:
            self._learn(unit)
        return self._known[unit][case]

    def _learn(self, unit: str) -> None:
        if self.directory is None:
            self._known |= self.judge(self.units)
            return
        wanted = self._part_of(unit)
        for part in (wanted, *(part for part in range(self.parts) if part != wanted)):
            if self._read(wanted):
                return
            self._try(part, patience=0)
        if unit not in self._known:
            self._try(wanted, patience=_PATIENCE_SECONDS)

    def _part_of(self, unit: str) -> int:
        return self.units.index(unit) % self.parts

    def _try(self, part: int, patience: float) -> None:
        """Judge a part, unless it is known already or another worker is at it and stays so."""
        if self.directory is None or self._read(part):
            return
        with ExitStack() as stack:
            try:
                stack.enter_context(locked(self.directory / f"{part}.lock", patience))
            except VibesafeError:
                if patience:
                    raise
                return
            if not self._read(part):
                found = self.judge([unit for number, unit in enumerate(self.units) if number % self.parts == part])
                write_atomically(self.directory / f"{part}.json", _written(found))
                self._known |= found

    def _read(self, part: int) -> bool:
        """Learn what is known of a part; return whether anything is."""
        content = None if self.directory is None else read_file(self.directory / f"{part}.json")
        if content is not None:
            self._known |= _outcomes(content)
        return content is not None


def _written(found: Outcomes) -> bytes:
    document = {
        unit: {name: [[each.where, each.what, each.remedy] for each in problems] for name, problems in cases.items()}
        for unit, cases in found.items()
    }
    return json.dumps(document).encode()


def _outcomes(content: bytes) -> dict[str, Mapping[str, Sequence[Problem]]]:
    return {
        unit: {name: [Problem(*each) for each in problems] for name, problems in cases.items()}
        for unit, cases in json.loads(content).items()
    }
