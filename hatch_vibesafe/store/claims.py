"""Who asks a question: one command, or one thread of it, at a time, so that the others find its answer recorded.

A claim is a lock on one byte of one file, at a place that the question's digest gives. The operating system gives it up
when its holder dies, and nothing is left behind. Where files cannot be locked nobody is held up: then two may ask.
"""

import contextlib
import os
import sys
import threading
from pathlib import Path

from hatch_vibesafe.identity import Digest, parse_digest
from hatch_vibesafe.store.files import make_directory

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_DIGITS = 15
"""Of the digest's hexadecimal digits: as many as a file's largest offset holds on every system."""


class Claims:
    """The questions that one process has claimed. Used from several threads at once."""

    def __init__(self, path: Path) -> None:
        """Lock parts of the file `path`, which is created with the first claim and never written to."""
        self._path = path
        self._lock = threading.Lock()
        self._ours: set[Digest] = set()
        self._descriptor: int | None = None

    def claim(self, name: Digest) -> bool:
        """Claim a question; return whether nobody else has claimed it. Never waits.

        Raises:
            ValueError: if `name` is not a digest.
        """
        with self._lock:
            if name in self._ours or not self._locked(int(parse_digest(name)[:_DIGITS], 16)):
                return False
            self._ours.add(name)
            return True

    def give_up(self, name: Digest) -> None:
        """Give up a claim, where there is one."""
        with self._lock:
            if name not in self._ours:
                return
            self._ours.discard(name)
            if self._descriptor is not None:
                with contextlib.suppress(OSError):
                    _unlock(self._descriptor, int(name[:_DIGITS], 16))

    def close(self) -> None:
        """Give up every claim."""
        with self._lock:
            self._ours.clear()
            if self._descriptor is not None:
                os.close(self._descriptor)
                self._descriptor = None

    def _locked(self, place: int) -> bool:
        try:
            if self._descriptor is None:
                make_directory(self._path.parent)
                flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)
                self._descriptor = os.open(self._path, flags, 0o666)
            _lock(self._descriptor, place)
        except (BlockingIOError, PermissionError):
            return self._descriptor is None  # a file that we may not open holds nobody up
        except OSError:
            return True
        return True


def _lock(descriptor: int, place: int) -> None:
    if sys.platform == "win32":
        os.lseek(descriptor, place, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)


def _unlock(descriptor: int, place: int) -> None:
    if sys.platform == "win32":
        os.lseek(descriptor, place, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)
    else:
        fcntl.lockf(descriptor, fcntl.LOCK_UN, 1, place)
