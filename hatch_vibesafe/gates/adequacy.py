"""How much a spec decides: which mutants of an implementation every behavioural gate lets live. The data."""

from dataclasses import dataclass
from typing import Literal

from hatch_vibesafe.gates.unit_calls import UnitCall
from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.spec.model import Clause

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

    @property
    def judged(self) -> int:
        """How many mutants count."""
        return self.killed + len(self.survivors)

    @property
    def score(self) -> float:
        """The part of the mutants that count which a gate refused; 1 where there are none."""
        return self.killed / self.judged if self.judged else 1.0
