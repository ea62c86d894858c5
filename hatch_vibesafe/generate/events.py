"""What happens while units are compiled, for whoever shows it; told in the main thread, in the order of events."""

from dataclasses import dataclass

from hatch_vibesafe.gates.verdict import Finding
from hatch_vibesafe.identity import CheckpointHash, UnitId
from hatch_vibesafe.problems import Problem


@dataclass(frozen=True, slots=True)
class Started:
    """The run begins: `up_to_date` units cost nothing, `to_compile` are about to be worked on."""

    up_to_date: tuple[UnitId, ...]
    to_compile: tuple[UnitId, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A provider is asked; `call` counts the unit's calls of this run, from 1. `provider` is how people call it."""

    unit: UnitId
    call: int
    provider: str


@dataclass(frozen=True, slots=True)
class Answered:
    """There is an answer, from the provider or recorded earlier."""

    unit: UnitId
    model: str
    recorded: bool
    input_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True)
class Refused:
    """A candidate was refused; `repeated` where the same was refused before in this run."""

    unit: UnitId
    findings: tuple[Finding, ...]
    repeated: bool


@dataclass(frozen=True, slots=True)
class Passed:
    """A candidate passed every gate and is stored."""

    unit: UnitId
    checkpoint: CheckpointHash
    repairs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Failed:
    """A unit has no implementation at the end of this run."""

    unit: UnitId
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Interrupted:
    """Nothing more is asked; `waiting` answers are still on their way and are kept when they come."""

    waiting: int


Event = Started | Asked | Answered | Refused | Passed | Failed | Interrupted
