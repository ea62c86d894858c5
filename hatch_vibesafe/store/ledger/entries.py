"""What is written into the ledger, as values: whoever makes them needs no database."""

from dataclasses import dataclass

from hatch_vibesafe.store.records import GateRecord


@dataclass(frozen=True, slots=True)
class RunBegan:
    """A command began. Times are UTC, ISO 8601 with microseconds."""

    id: str
    project: str
    command: str
    started: str
    tool: str


@dataclass(frozen=True, slots=True)
class StepBegan:
    """A unit is worked on."""

    unit: str
    spec_hash: str
    template: str


@dataclass(frozen=True, slots=True)
class ExchangeMade:
    """An answer came. What nobody knows is None. `request`, `prompt` and `answer` are digests."""

    unit: str
    number: int
    at: str
    request: str | None
    prompt: str | None
    answer: str | None
    strategy: str | None
    provider: str | None
    model: str | None
    recorded: bool
    input_tokens: int | None
    output_tokens: int | None
    cost: float | None
    seconds: float | None
    transcript: bytes | None


@dataclass(frozen=True, slots=True)
class TryMade:
    """A request was sent, of which a question may cost several. What nobody knows is None."""

    unit: str
    request: str
    number: int
    at: str
    strategy: str | None
    provider: str
    kind: str
    model: str | None
    outcome: str
    reason: str | None
    what: str | None
    seconds: float
    input_tokens: int | None
    output_tokens: int | None
    cost: float | None


@dataclass(frozen=True, slots=True)
class ExchangeJudged:
    """What became of an answer: "passed", "refused" or "repeated", and why."""

    unit: str
    request: str
    outcome: str
    why: str | None


@dataclass(frozen=True, slots=True)
class GatesSaid:
    """What the gates said of the answer to a request; of code that nobody was asked for where `request` is None."""

    unit: str
    request: str | None
    gates: tuple[GateRecord, ...]


@dataclass(frozen=True, slots=True)
class StepEnded:
    """What became of a unit."""

    unit: str
    outcome: str
    checkpoint: str | None
    at: str


@dataclass(frozen=True, slots=True)
class RunEnded:
    """The command ended in its own time."""

    at: str


Entry = StepBegan | TryMade | ExchangeMade | ExchangeJudged | GatesSaid | StepEnded | RunEnded
