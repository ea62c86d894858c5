"""SIGTERM, as CI, containers and service managers send it: taken for Ctrl-C, so that nothing paid for is lost."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def taken_for_an_interrupt() -> Iterator[None]:
    """Take SIGTERM inside for Ctrl-C, whoever handles that; where Ctrl-C is ignored, raise `KeyboardInterrupt`.

    Does nothing where another thread than the main one runs, or somebody else handles the signal.
    """
    in_main = threading.current_thread() is threading.main_thread()
    if not in_main or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _interrupt(_number: int, frame: FrameType | None) -> None:
    handler = signal.getsignal(signal.SIGINT)
    if not callable(handler):
        raise KeyboardInterrupt
    handler(signal.SIGINT, frame)
