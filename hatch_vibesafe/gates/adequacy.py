"""How much a spec decides: which mutants of an implementation every behavioural gate lets live. The data."""

import platform
from dataclasses import dataclass
from typing import Literal

from hatch_vibesafe.config import ADEQUACY
from hatch_vibesafe.gates.unit_calls import UnitCall
from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.problems import Problem
from hatch_vibesafe.spec.model import Clause, Spec
from hatch_vibesafe.store.records import Evidence, GateRecord

JUDGED = ("ensures", "raises")
"""The kinds of clauses that can be vacuous: `Requires` is for callers, and an invariant is the whole class's."""

Change = Literal["comparison", "constant", "arithmetic", "boolean", "statement"]


@dataclass(frozen=True, slots=True)
class Survivor:
    """A mutant that no gate refuses though it does something else: a question that the spec leaves open.

    Attributes:
        values: The smallest call that was found on which the two differ.
        call: The same as a person writes it, e.g. `compare(3, 3)`.
        ours: What the implementation shows for it, as a doctest would: `True`, or `ValueError: no`.
        theirs: What the mutant shows.
        change: What was changed.
        line: The line of the implementation in which it was changed, from 1.
        mutation: What it was changed to, for people.
        source: The mutant, a whole module: with it an answer can be held against all survivors at once.
    """

    values: UnitCall
    call: str
    ours: str
    theirs: str
    change: Change
    line: int
    mutation: str
    source: str

    @property
    def question(self) -> str:
        """The question, for people."""
        return f"`{self.call}`: this implementation says {self.ours}, a mutant {self.theirs}, no example decides"


@dataclass(frozen=True, slots=True)
class Adequacy:
    """What became of the mutants of one implementation.

    Attributes:
        unit: The unit.
        killed: How many a gate refused.
        equivalent: How many no input told from the implementation; they do not count.
        survivors: Those that live and differ, the smallest calls first.
        wrong: How many wrong implementations the clauses of the contract were tried on.
        vacuous: The clauses of `Ensures` and `Raises` that rejected none of these.
    """

    unit: UnitId
    killed: int
    equivalent: int
    survivors: tuple[Survivor, ...]
    wrong: int = 0
    vacuous: tuple[Clause, ...] = ()

    def vacuous_places(self, spec: Spec) -> tuple[int, ...]:
        """Return the places of the vacuous clauses in the contract, from 0."""
        return tuple(place for place, clause in enumerate(spec.contract) if clause in self.vacuous)

    @property
    def judged(self) -> int:
        """How many mutants count."""
        return self.killed + len(self.survivors)

    @property
    def score(self) -> float:
        """The part of the mutants that count which a gate refused; 1 where there are none."""
        return self.killed / self.judged if self.judged else 1.0


_VACUOUS = "vacuous clause "


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the evidence says of the adequacy of a spec.

    Attributes:
        killed: How many mutants a gate refused.
        survivors: How many lived and did something else.
        equivalent: How many no input told from the implementation.
        vacuous: The clauses that rejected nothing, by their place in the contract, from 0.
    """

    killed: int
    survivors: int
    equivalent: int
    vacuous: tuple[int, ...]

    @property
    def score(self) -> float:
        """The part of the mutants that count which a gate refused; 1 where there are none."""
        judged = self.killed + self.survivors
        return self.killed / judged if judged else 1.0

    @property
    def text(self) -> str:
        """The score, for people."""
        return f"{self.score:.0%} ({self.killed} of {self.killed + self.survivors} mutants refused)"


def adequacy_record(adequacy: Adequacy, spec: Spec, minimum: float) -> GateRecord:
    """Return the line in the evidence. `minimum` is the score that the project asks for."""
    counts = {"equivalent": adequacy.equivalent, "killed": adequacy.killed, "survivors": len(adequacy.survivors)}
    counts |= {f"{_VACUOUS}{place + 1}": 1 for place in adequacy.vacuous_places(spec)}
    return GateRecord(
        ADEQUACY, "mutants", platform.python_version(), adequacy.score >= minimum, tuple(sorted(counts.items()))
    )


def recorded(evidence: Evidence) -> Recorded | None:
    """Return what the evidence says of adequacy; None where nothing was measured."""
    for gate in evidence.gates:
        if gate.gate == ADEQUACY:
            counts = dict(gate.counts)
            vacuous = [name.removeprefix(_VACUOUS) for name in counts if name.startswith(_VACUOUS)]
            return Recorded(
                counts.get("killed", 0),
                counts.get("survivors", 0),
                counts.get("equivalent", 0),
                tuple(sorted(int(place) - 1 for place in vacuous if place.isdecimal())),
            )
    return None


def vacuity_warnings(spec: Spec, vacuous: tuple[int, ...]) -> tuple[Problem, ...]:
    """Return a warning for each clause that rejects nothing, by its place in the contract."""
    return tuple(
        Problem(
            f"{spec.path}:{clause.line}  {spec.unit}",
            f"`{clause.text}` rejects none of the wrong implementations that it was tried on",
            "say more in it, or take it out",
        )
        for place, clause in enumerate(spec.contract)
        if place in vacuous
    )
