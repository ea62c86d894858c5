"""What a worker does to itself first: limits, no new privileges, and a supervisor that leaves nothing behind."""

import ctypes
import os
import signal
import sys
import time
from pathlib import Path

if sys.platform != "win32":
    import resource

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

SWEEP_SECONDS = 2.0
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 1, 4, 36, 38


def supervise() -> None:
    """Go on as a child; the process that was started stays behind and ends everything that the child leaves running."""
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    signals = {signal.SIGCHLD, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    child = os.fork()
    if child == 0:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        return
    status = 0
    while signal.sigwait(signals) == signal.SIGCHLD:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            break
    sweep()
    code = os.waitstatus_to_exitcode(status)
    os._exit(code if code >= 0 else 128 - code)


def sweep() -> None:
    """End all children, and those that become ours when their parents end, until none is left."""
    deadline = time.monotonic() + SWEEP_SECONDS
    while time.monotonic() < deadline:
        for child in children():
            os.kill(child, signal.SIGKILL)
        try:
            while os.waitpid(-1, os.WNOHANG) != (0, 0):
                pass
        except ChildProcessError:
            return
        time.sleep(0.001)


def children() -> list[int]:
    """Return the processes whose parent this is, where the system tells (Linux)."""
    try:
        text = Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii")
    except OSError:
        return []
    return [int(child) for child in text.split()]


def prctl(option: int, value: int) -> None:
    """Set one of Linux's process attributes; elsewhere do nothing."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def confine(limits: "Mapping[str, int]") -> None:
    """Put this process under the limits, by their names in `resource`."""
    for name, value in limits.items():
        limit = getattr(resource, name, None)
        if limit is not None:
            _, most = resource.getrlimit(limit)
            bound = value if most == resource.RLIM_INFINITY else min(value, most)
            resource.setrlimit(limit, (bound, bound))
