"""Workers that stay warm between the runs of one sandbox, each for the batch and the jobs that it was started for."""

import contextlib
import tempfile
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock

from hatch_vibesafe.gates.warm import Warm

_IDLE_FOR_EACH = 4


class KeptWorkers:
    """Lends workers to the threads that ask them, and keeps what comes back alive.

    Attributes:
        count: How many are lent at a time.
        threads: The threads that ask. They live as long as the workers, which die with the thread that started them.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self.threads = ThreadPoolExecutor(max_workers=count or 1)
        self._idle: list[tuple[Hashable, Warm, contextlib.ExitStack]] = []
        self._lock = Lock()

    @contextlib.contextmanager
    def worker(self, key: Hashable, start: Callable[[Path], Warm]) -> Iterator[Warm]:
        """Lend a worker that was started for this key, or start one in a directory of its own."""
        worker, stack = self._taken(key) or _started(start)
        try:
            yield worker
        except BaseException:
            stack.close()
            raise
        if not worker.is_alive:
            stack.close()
            return
        with self._lock:
            self._idle.append((key, worker, stack))
            too_many = self._idle[: -_IDLE_FOR_EACH * self.count]
            del self._idle[: len(too_many)]
        for _, _, old in too_many:
            old.close()

    def close(self) -> None:
        """End all workers. Nobody asks one any more."""
        with self._lock, contextlib.ExitStack() as stack:
            for _, _, each in self._idle:
                stack.push(each)
            self._idle.clear()
        self.threads.shutdown()

    def _taken(self, key: Hashable) -> tuple[Warm, contextlib.ExitStack] | None:
        with self._lock:
            for place, (kept, worker, stack) in enumerate(self._idle):
                if kept == key:
                    del self._idle[place]
                    return worker, stack
        return None


def _started(start: Callable[[Path], Warm]) -> tuple[Warm, contextlib.ExitStack]:
    with contextlib.ExitStack() as stack:
        directory = tempfile.TemporaryDirectory(prefix="vibesafe-", ignore_cleanup_errors=True)
        worker = start(Path(stack.enter_context(directory)))
        stack.callback(worker.close)
        return worker, stack.pop_all()
