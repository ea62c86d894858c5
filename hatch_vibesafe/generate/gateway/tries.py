"""What one request came to, for whoever counts them."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, Protocol

from hatch_vibesafe.provider_config import ProviderConfig


@dataclass(frozen=True, slots=True)
class Try:
    """One request that was sent. A question may cost several: retries, and other providers in the first one's place.

    Attributes:
        provider: The provider's name in the configuration.
        kind: Its kind.
        model: The model that the provider says answered; the one that was asked where there is no answer.
        outcome: Whether there was an answer; "unusable" where no other request can have one either.
        what: Why there was none; empty where there was.
        reason: The same in one word (see `Failure`); empty where there was.
        seconds: How long it took.
        input_tokens: Tokens of the prompt as the provider counts them; 0 where it does not say.
        output_tokens: Tokens of the answer, likewise.
        cost: What it cost in US dollars; None where the price is not known.
    """

    provider: str
    kind: str
    model: str
    outcome: Literal["answered", "failed", "unusable"]
    what: str
    seconds: float
    input_tokens: int = 0
    output_tokens: int = 0
    cost: Decimal | None = None
    reason: str = ""


class Notice(Protocol):
    """Is told before each request of a question, in the thread that sends it."""

    def begin(self, config: ProviderConfig) -> None:
        """Take note that a request is about to be sent to a provider."""
        ...

    def withdraw(self) -> None:
        """Take note that it was not sent after all."""
        ...


class Unnoticed:
    """Takes note of nothing."""

    def begin(self, config: ProviderConfig) -> None:
        """Do nothing."""

    def withdraw(self) -> None:
        """Do nothing."""


UNNOTICED = Unnoticed()
