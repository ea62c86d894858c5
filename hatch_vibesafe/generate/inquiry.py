"""A question on its way, and who is told of each request that it costs: before it is sent, and when it has ended."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from hatch_vibesafe.generate.gateway.tries import Try
from hatch_vibesafe.generate.providers.protocol import Request
from hatch_vibesafe.generate.strategy import Strategy
from hatch_vibesafe.identity import Digest, UnitId
from hatch_vibesafe.provider_config import ProviderConfig


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A question on its way.

    Attributes:
        unit: For which unit it is asked, and on whose budget.
        request: What is asked.
        name: The request's name in the answer cache.
        record: Is told every request that was sent for it.
        strategy: How it is asked; None where that has no name.
        found: Is told where another command has recorded the answer in the meantime, so that nothing is sent. None
            where it is to be asked whatever is recorded.
    """

    unit: UnitId
    request: Request
    name: Digest
    record: Callable[[Try], None]
    strategy: Strategy | None = None
    found: Callable[[], None] | None = None


@dataclass(frozen=True, slots=True)
class Beginning:
    """A request that is about to be sent: `number` counts those of the question, from 1."""

    unit: UnitId
    request: Digest
    number: int
    strategy: Strategy | None
    provider: ProviderConfig


class Sending(Protocol):
    """Is told every request before it is sent, in the thread that sends it."""

    def announce(self, beginning: Beginning) -> None:
        """Take note that a request is about to be sent."""
        ...

    def withdraw(self, beginning: Beginning) -> None:
        """Take note that it was not sent after all."""
        ...


class Requests:
    """The requests of one inquiry, counted as they end.

    Attributes:
        on_its_way: Whom a request was sent to that has not ended; None where there is none.
    """

    def __init__(self, inquiry: Inquiry, sending: Sending | None) -> None:
        self._inquiry = inquiry
        self._sending = sending
        self._ended = 0
        self._last: Beginning | None = None
        self.on_its_way: ProviderConfig | None = None

    def begin(self, config: ProviderConfig) -> None:
        """Tell that a request is about to be sent to a provider."""
        inquiry = self._inquiry
        self._last = Beginning(inquiry.unit, inquiry.name, self._ended + 1, inquiry.strategy, config)
        if self._sending is not None:
            self._sending.announce(self._last)
        self.on_its_way = config

    def withdraw(self) -> None:
        """Tell that it was not sent after all."""
        self.on_its_way = None
        if self._sending is not None and self._last is not None:
            self._sending.withdraw(self._last)

    def record(self, attempt: Try) -> None:
        """Tell what it came to."""
        self.on_its_way = None
        self._ended += 1
        self._inquiry.record(attempt)
