"""The time, as the gateway reads it and lets it pass."""

import threading
import time
from typing import Protocol


class Clock(Protocol):
    """A clock that only goes forward."""

    def now(self) -> float:
        """Return the time in seconds."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let that time pass, or less of it where nothing more is to be asked."""
        ...

    @property
    def stopped(self) -> bool:
        """Whether nothing more is to be asked."""
        ...


class RunClock:
    """The clock of a run; nobody waits on after it was stopped."""

    def __init__(self) -> None:
        self._stopped = threading.Event()

    def now(self) -> float:
        """Return the time in seconds."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Let that time pass, or less of it where the run is stopped."""
        self._stopped.wait(seconds)

    def stop(self) -> None:
        """Wake whoever sleeps; nothing more is asked."""
        self._stopped.set()

    @property
    def stopped(self) -> bool:
        """Whether nothing more is to be asked."""
        return self._stopped.is_set()
