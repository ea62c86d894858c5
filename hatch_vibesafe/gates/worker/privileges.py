"""Makes a process of root's an ordinary user's; where that user could not read what is needed, a powerless root's."""

import contextlib
import ctypes
import os
import struct

from hatch_vibesafe.gates.worker.prctl import c_library

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

NOBODY = 65534
CAPABILITY_VERSION = 0x20080522


def drop(readable: "Iterable[str]") -> None:
    """Give up what root may do. Does nothing for an ordinary user.

    Args:
        readable: What an ordinary user has to be able to read, if this process is to become one; it also has to be
            able to write into the working directory.
    """
    if os.geteuid() != 0:
        return
    with contextlib.suppress(PermissionError):
        os.chown(".", NOBODY, NOBODY)
    if suffices(NOBODY, readable):
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    else:
        with contextlib.suppress(PermissionError):
            os.chown(".", 0, 0)
        give_up_capabilities()


def suffices(user: int, readable: "Iterable[str]") -> bool:
    """Return whether a user can read these files and directories and write into the working directory."""
    groups = os.getgroups()
    try:
        os.setgroups([])
        os.setegid(user)
        os.seteuid(user)
        for path in readable:
            with contextlib.suppress(FileNotFoundError):
                os.close(os.open(path, os.O_RDONLY))
        os.mkdir("writable")  # noqa: PTH102 - pathlib is not loaded here
        os.rmdir("writable")  # noqa: PTH106 - likewise
    except OSError:
        return False
    finally:
        os.seteuid(0)
        os.setegid(0)
        with contextlib.suppress(PermissionError):
            os.setgroups(groups)
    return True


def give_up_capabilities() -> None:
    """Keep root's number and none of its capabilities (`capset(2)`).

    Raises:
        OSError: if that cannot be done.
    """
    header = struct.pack("=Ii", CAPABILITY_VERSION, 0)
    if c_library().capset(header, bytes(24)) != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"capset: {os.strerror(error)}")
