"""What a process does to itself before it sees a candidate, the same at each level as far as the level goes."""

import os
import platform
import signal
import sys

if sys.platform != "win32":
    import resource

from hatch_vibesafe.gates.worker import landlock, seccomp
from hatch_vibesafe.gates.worker.prctl import PR_SET_NO_NEW_PRIVS, PR_SET_PDEATHSIG, checked_prctl, prctl

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hatch_vibesafe.gates.worker.messages import Settings

DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")


def confine(settings: "Settings", scratch: str) -> None:
    """Put this process under the limits and, where the level has them, under Landlock and the filter of system calls.

    Args:
        settings: The limits, what may be read and listed, what is granted, and whether the level has more than limits.
        scratch: The directory in which alone may be written, where that is granted.

    Raises:
        OSError: if a part of it cannot be done: then nothing of a candidate may run here.
    """
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if settings["limits"] is not None:
        limit(settings["limits"])
    if not settings["confined"]:
        prctl(PR_SET_NO_NEW_PRIVS, 1)
        return
    checked_prctl(PR_SET_NO_NEW_PRIVS, 1)
    granted = settings["granted"]
    rights = grants(settings["readable"], settings["listable"], scratch, granted)
    landlock.restrict(rights, has_network="net" in granted)
    seccomp.install(seccomp.filter_for(platform.machine(), os.getpid(), freed(granted)))


def freed(granted: "Sequence[str]") -> list[str]:
    """Return what the filter of system calls lets through beside, for a candidate with these capabilities."""
    # Landlock keeps signals from what is not the candidate's own: only then may it send any to others.
    return [*granted, *(("signals",) if "process" in granted and landlock.keeps_signals() else ())]


def make_ready(settings: "Settings") -> None:
    """Make once, in the warm process, what `confine` would make in each of its children."""
    if settings["confined"]:
        seccomp.filter_for(platform.machine(), os.getpid(), freed(settings["granted"]))


def grants(
    readable: "Sequence[str]", listable: "Sequence[str]", scratch: str, granted: "Sequence[str]" = ()
) -> list[tuple[str, int]]:
    """Return what may be done with which files, by a candidate with these capabilities.

    Examples write what a candidate with `fs.read` reads, in the process that it runs in: both capabilities open the
    scratch directory, and without either no file can be made there.
    """
    reading = landlock.READ | (landlock.EXECUTE if "process" in granted else 0)
    has_files = "fs.read" in granted or "fs.write" in granted
    return [
        *((path, reading) for path in readable),
        *((path, landlock.READ_DIR) for path in listable),
        *((path, landlock.READ_FILE) for path in DEVICES),
        (DEVICES[0], landlock.READ_FILE | landlock.WRITE_FILE | landlock.TRUNCATE),
        (scratch, landlock.WRITE if has_files else landlock.READ_DIR),
    ]


def limit(limits: "Mapping[str, int]") -> None:
    """Put this process under the limits, by their names in `resource`."""
    for name, value in limits.items():
        kind = getattr(resource, name, None)
        if kind is not None:
            _, most = resource.getrlimit(kind)
            bound = value if most == resource.RLIM_INFINITY else min(value, most)
            resource.setrlimit(kind, (bound, bound))
