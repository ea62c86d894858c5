"""What happens while units are compiled, for whoever shows it; told in the main thread, in the order of events."""

from dataclasses import dataclass

from hatch_vibesafe.gates.verdict import Finding
from hatch_vibesafe.generate.gateway.tries import Try
from hatch_vibesafe.generate.providers.protocol import Request
from hatch_vibesafe.generate.strategy import Strategy
from hatch_vibesafe.identity import CheckpointHash, Digest, UnitId
from hatch_vibesafe.problems import Problem
from hatch_vibesafe.store.records import Answer, GateRecord


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
class Requested:
    """A request was sent, and this is what it came to; told before `Answered`, and where there is no answer too.

    Attributes:
        unit: Whose.
        request: The question's name in the answer cache.
        attempt: What it came to.
        number: Which request of the question it was, from 1.
        strategy: How the question was asked.
    """

    unit: UnitId
    request: Digest
    attempt: Try
    number: int = 1
    strategy: Strategy | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """There is an answer, from the provider or recorded earlier. What nobody knows is None, never zero.

    Attributes:
        unit: Whose.
        model: The model that answered.
        recorded: Whether it was recorded earlier, and cost nothing now.
        input_tokens: Tokens of the prompt as the provider counts them; 0 where it does not say.
        output_tokens: Tokens of the answer, likewise.
        name: The request's name in the answer cache.
        prompt: The digest of the prompt.
        strategy: How it was asked for.
        provider: The provider's name in the configuration.
        request: What was asked.
        answer: What came back.
        cost: What it cost, in dollars.
        seconds: How long it took to answer.
    """

    unit: UnitId
    model: str
    recorded: bool
    input_tokens: int
    output_tokens: int
    name: Digest | None = None
    prompt: Digest | None = None
    strategy: Strategy | None = None
    provider: str | None = None
    request: Request | None = None
    answer: Answer | None = None
    cost: float | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """The gates judged the answer to the request `name`; `Refused` or `Passed` follows.

    `name` is None for a stored checkpoint that was judged again.
    """

    unit: UnitId
    name: Digest | None
    passed: bool
    gates: tuple[GateRecord, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """A candidate was refused, of the request `name`; `repeated` where the same was refused before in this run."""

    unit: UnitId
    findings: tuple[Finding, ...]
    repeated: bool
    name: Digest | None = None


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
    """Nothing more is asked; `waiting` requests were sent, and their answers are kept when they come, and told then."""

    waiting: int


Event = Started | Asked | Requested | Answered | Judged | Refused | Passed | Failed | Interrupted
