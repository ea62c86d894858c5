"""One writer at a time: an exclusive lock between processes, and between the threads of one."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hatch_vibesafe.problems import Problem, VibesafeError
from hatch_vibesafe.store.files import make_directory, problem_of

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_PAUSE_SECONDS = 0.01


@contextmanager
def locked(path: Path, patience: float = 60.0) -> Iterator[None]:
    """Hold the lock file `path` for the length of the block.

    The operating system gives the lock up when its holder dies. The file stays: removing it would let two writers lock
    two different files of one name. Not reentrant.

    Raises:
        VibesafeError: if the lock file cannot be created, or another process keeps it for `patience` seconds.
    """
    try:
        make_directory(path.parent)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o666)
    except OSError as error:
        raise VibesafeError(problem_of(error, path, "opened")) from error
    try:
        deadline = time.monotonic() + patience
        while not try_lock(descriptor):
            if time.monotonic() > deadline:
                raise VibesafeError(
                    Problem(
                        str(path),
                        f"another vibesafe command has held this lock for {patience:g} seconds",
                        "wait for that command to end, or end it, and run this one again",
                    )
                )
            time.sleep(_PAUSE_SECONDS)
        try:
            yield
        finally:
            _unlock(descriptor)
    finally:
        os.close(descriptor)


def try_lock(descriptor: int) -> bool:
    """Lock an open file where nobody else holds it, until it is closed or its holder dies; return whether it is."""
    try:
        if sys.platform == "win32":
            os.lseek(descriptor, 0, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


def _unlock(descriptor: int) -> None:
    # Said aloud and not left to close: a process forked meanwhile would keep an inherited descriptor's lock.
    if sys.platform == "win32":
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)
    else:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
