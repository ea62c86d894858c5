"""Ctrl-C during a run: it ends waiting at once, and what is being judged or stored is finished before."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Self


class Interrupts:
    """Holds an interrupt back while something is finished; a second one is held back by nothing.

    Does nothing where another thread than the main one runs, or somebody else handles the signal.
    """

    def __init__(self) -> None:
        self._is_ours = False
        self._finishing = False
        self._pending = False

    def __enter__(self) -> Self:
        """Begin to handle the signal."""
        in_main = threading.current_thread() is threading.main_thread()
        if in_main and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, self._handle)
            self._is_ours = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Hand the signal back."""
        if self._is_ours:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    @contextmanager
    def finishing(self) -> Iterator[None]:
        """Finish what is inside, then raise `KeyboardInterrupt` where one came in the meantime."""
        self._finishing = True
        try:
            yield
        finally:
            self._finishing = False
        if self._pending:
            self._pending = False
            raise KeyboardInterrupt

    def _handle(self, _number: int, _frame: FrameType | None) -> None:
        if self._finishing and not self._pending:
            self._pending = True
            return
        raise KeyboardInterrupt
