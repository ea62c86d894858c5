"""Linux's process attributes (`prctl(2)`)."""

import ctypes
import functools
import os
import sys

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 1, 4, 36, 38


@functools.cache
def c_library() -> ctypes.CDLL:
    """Return the C library of this process, opened once: the children of a warm process find it open."""
    return ctypes.CDLL(None, use_errno=True)


def prctl(option: int, value: int) -> None:
    """Set one of Linux's process attributes, if it can be; elsewhere do nothing."""
    if sys.platform == "linux":
        c_library().prctl(option, value, 0, 0, 0)


def checked_prctl(option: int, value: int, address: int = 0) -> None:
    """Set one of Linux's process attributes.

    Raises:
        OSError: if that cannot be done.
    """
    words = [ctypes.c_ulong(word) for word in (value, address, 0, 0)]
    if c_library().prctl(ctypes.c_int(option), *words) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"prctl {option}: {os.strerror(number)}")
