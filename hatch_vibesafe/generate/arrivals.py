"""What comes from the threads that ask: each request as it ends, each answer, in the order in which they came."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass

from hatch_vibesafe.generate.gateway.tries import Try
from hatch_vibesafe.generate.unit_run import Line, UnitRun
from hatch_vibesafe.store.records import Answer

_COLLECTING = 0.05
"""Seconds to wait for one more answer once there is one: judging two at once costs hardly more than judging one."""

_COLLECTED = 0.5
"""Seconds after which those that came are judged, however many come after them."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """What came for a line of a unit: `attempt` is a request that ended, None where the line's future is done."""

    run: UnitRun
    line: Line
    attempt: Try | None = None


class Arrivals:
    """What has come and is not taken yet, filled by many threads and emptied by one; no interrupt loses any of it."""

    def __init__(self) -> None:
        self._came: deque[Arrival] = deque()
        self._news = threading.Condition()
        self._expected = 0

    def recorder(self, run: UnitRun, line: Line) -> Callable[[Try], None]:
        """Return what takes note of the requests for a line's question."""
        return lambda attempt: self._put(Arrival(run, line, attempt))

    def expect(self, run: UnitRun, line: Line, future: Future[Answer]) -> None:
        """Take note of the future's end when it comes, behind its requests."""
        self._expected += 1
        future.add_done_callback(lambda _: self._put(Arrival(run, line)))

    def collected(self, *, patient: bool) -> Iterator[Arrival]:
        """Yield what has come; where `patient`, wait for an answer, and a moment for those that come with it.

        Each is yielded until it is dropped.
        """
        until = None
        while self._expected:
            with self._news:
                if not self._news.wait_for(lambda: bool(self._came), self._patience(until, patient=patient)):
                    return
            if self._came[0].attempt is None:
                until = until or time.monotonic() + _COLLECTED
            yield self._came[0]

    def left(self) -> Iterator[Arrival]:
        """Yield what has come, at once, each until it is dropped."""
        while self._came:
            yield self._came[0]

    def drop(self) -> None:
        """Drop what was yielded last: it is told."""
        self._expected -= self._came.popleft().attempt is None

    def _put(self, arrival: Arrival) -> None:
        with self._news:
            self._came.append(arrival)
            self._news.notify_all()

    @staticmethod
    def _patience(until: float | None, *, patient: bool) -> float | None:
        """Return how long to wait for what comes next, given until when answers are collected; None for as long."""
        if until is None:
            return None if patient else 0.0
        return max(0.0, min(_COLLECTING, until - time.monotonic()))
