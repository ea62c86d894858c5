"""Ends all that a candidate started: what it leaves behind becomes a child of the process that watches it."""

import contextlib
import os
import signal
import time


def sweep(group: int = 0) -> None:
    """End a group of processes, all children, and those that become ours when their parents end, until none is left."""
    deadline = time.monotonic() + SWEEP_SECONDS
    if group:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)
    while time.monotonic() < deadline:
        for child in children():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(child, signal.SIGKILL)
        try:
            while os.waitpid(-1, os.WNOHANG) != (0, 0):
                pass
        except ChildProcessError:
            return
        time.sleep(0.001)


SWEEP_SECONDS = 2.0


def children() -> list[int]:
    """Return the processes whose parent this is, where the system tells (Linux)."""
    try:
        with open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as file:  # noqa: PTH123 - not loaded here
            return [int(child) for child in file.read().split()]
    except OSError:
        return []


def own_threads() -> int:
    """Return how many threads this user runs, which is what the limit of processes counts; 0 where nobody tells."""
    threads = 0
    try:
        processes = [entry for entry in os.scandir("/proc") if entry.name.isdecimal()]
    except OSError:
        return 0
    for process in processes:
        try:
            # This process, whose environment is hidden, seems to be root's.
            if process.stat().st_uid == os.getuid() or process.name == str(os.getpid()):
                threads += len(os.listdir(f"{process.path}/task"))  # noqa: PTH208 - counting names needs no paths
        except OSError:
            continue
    return threads
