"""Holding requests back until their provider may be asked: its limits, its Retry-After, its refusals for haste."""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from hatch_vibesafe.generate.gateway.clock import Clock
from hatch_vibesafe.generate.gateway.concurrency import Window, narrowed, widened
from hatch_vibesafe.generate.gateway.rate import MINUTE, Sent, wait_for_room
from hatch_vibesafe.provider_config import ProviderConfig


class Throttle:
    """The requests of one provider. Used from several threads at once."""

    def __init__(self, config: ProviderConfig, clock: Clock) -> None:
        self._config = config
        self._clock = clock
        self._free = threading.Condition()
        self._window = Window(float(config.concurrency))
        self._on_their_way = 0
        self._answers = 0
        self._not_before = clock.now()
        self._history: deque[Sent] = deque()

    @property
    def window(self) -> int:
        """How many requests may be on their way now."""
        return self._window.requests

    @property
    def answers(self) -> int:
        """How many requests were answered until now."""
        return self._answers

    @contextmanager
    def turn(self, tokens: int, may_wait: Callable[[float], None]) -> Iterator[float]:
        """Wait until a request of about that many tokens may be sent; yield when it was sent.

        `may_wait` is told how long that is, before, and raises where nobody is to wait so long.
        """
        with self._free:
            self._free.wait_for(lambda: self._on_their_way < self._window.requests or self._clock.stopped)
            self._on_their_way += 1
        try:
            yield self._wait(tokens, may_wait)
        finally:
            with self._free:
                self._on_their_way -= 1
                self._free.notify_all()

    def answered(self) -> None:
        """Take note of an answer: a little more may be on its way."""
        with self._free:
            self._answers += 1
            self._window = widened(self._window, self._config.concurrency)

    def refused(self, sent: float, wait: float | None) -> bool:
        """Take note that a request was refused for haste; nobody asks before `wait` seconds have passed.

        Return whether others are on their way, in whose favour it may have been refused. Within a turn.
        """
        with self._free:
            now = self._clock.now()
            self._window = narrowed(self._window, sent, now, self._on_their_way)
            self._not_before = max(self._not_before, now + (wait or 0.0))
            return self._on_their_way > 1

    def _wait(self, tokens: int, may_wait: Callable[[float], None]) -> float:
        while True:
            with self._free:
                now = self._clock.now()
                while self._history and self._history[0].at + MINUTE <= now:
                    self._history.popleft()
                room = wait_for_room(
                    self._history,
                    tokens,
                    now,
                    requests_a_minute=self._config.requests_per_minute,
                    tokens_a_minute=self._config.tokens_per_minute,
                )
                wait = max(room, self._not_before - now)
                if wait <= 0 or self._clock.stopped:
                    self._history.append(Sent(now, tokens))
                    return now
            may_wait(wait)
            self._clock.sleep(wait)
