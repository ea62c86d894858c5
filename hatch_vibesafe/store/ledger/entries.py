"""What is written into the ledger, as values: whoever makes them needs no database."""

from dataclasses import dataclass
from typing import Literal

from hatch_vibesafe.store.records import GateRecord

LOST: Literal["lost"] = "lost"
"""The outcome of a request of which nobody knows what came: its command was ended while it was on its way."""


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
    """A unit is worked on. One that is only being drafted has no spec yet."""

    unit: str
    spec_hash: str | None
    template: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """What a request and an answer have in common. What nobody knows is None.

    Attributes:
        unit: The unit.
        number: Which answer of the unit in the run, or which request of the question, from 1.
        at: When it came, or ended.
        request: The question's digest.
        strategy: How it was asked.
        provider: Who was asked.
        model: Who answered, or was asked.
        input_tokens: Tokens of the prompt.
        output_tokens: Tokens of the answer.
        cost: Dollars.
        seconds: How long it took.
    """

    unit: str
    number: int
    at: str
    request: str | None
    strategy: str | None
    provider: str | None
    model: str | None
    input_tokens: int | None
    output_tokens: int | None
    cost: float | None
    seconds: float | None

    @property
    def tokens(self) -> int | None:
        """Tokens of prompt and answer together."""
        if self.input_tokens is None or self.output_tokens is None:
            return None
        return self.input_tokens + self.output_tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeMade(Paid):
    """An answer came. `prompt` and `answer` are digests."""

    prompt: str | None
    answer: str | None
    recorded: bool
    transcript: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TryMade(Paid):
    """A request was sent, of which a question may cost several.

    Attributes:
        kind: Of which kind the provider is.
        outcome: "answered", "failed", "unusable" or `LOST`.
        reason: Why there was no answer, in one word: an HTTP status, "timeout", "connection", ...
        what: The same in a sentence.
    """

    kind: str
    outcome: str
    reason: str | None
    what: str | None

    @property
    def key(self) -> tuple[str, str, int]:
        """What tells it from every other request of its run."""
        return self.unit, self.request or "", self.number


@dataclass(frozen=True, slots=True)
class RequestBegan:
    """A request is about to be sent: written before it is, so that a command that is killed leaves its trace."""

    step: StepBegan
    request: str
    number: int
    at: str
    strategy: str | None
    provider: str
    kind: str
    model: str | None

    @property
    def key(self) -> tuple[str, str, int]:
        """What tells it from every other request of its run."""
        return self.step.unit, self.request, self.number


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
