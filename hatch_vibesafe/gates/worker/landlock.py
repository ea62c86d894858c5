"""Shows a process only some of the files (Linux 5.13, `landlock(7)`), and where the kernel can, no network."""

import ctypes
import os
import stat
import struct

from hatch_vibesafe.gates.worker.prctl import c_library

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
GET_VERSION, PATH_BENEATH = 1, 1

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
REMOVE_DIR, REMOVE_FILE, MAKE_DIR, MAKE_REG = 1 << 4, 1 << 5, 1 << 7, 1 << 8
REFER, TRUNCATE, IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV
READ = READ_FILE | READ_DIR
WRITE = READ | WRITE_FILE | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_REG | REFER | TRUNCATE
# All rights that a version of Landlock knows; TCP from the fourth on, signals and abstract sockets from the sixth.
FILE_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
ALL_TCP, TCP_SINCE = 0b11, 4
ALL_SCOPES, SCOPES_SINCE = 0b11, 6


def version() -> int:
    """Return the version of Landlock that the kernel has; 0 for none."""
    try:
        return _call(CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(GET_VERSION))
    except OSError:
        return 0


def keeps_signals() -> bool:
    """Return whether the kernel can keep signals from processes that are not under the same rules."""
    return version() >= SCOPES_SINCE


def handled(version: int, *, has_network: bool = False) -> bytes:
    """Return `struct landlock_ruleset_attr`: everything that this version can forbid, as long as it knows it."""
    files = next(rights for since, rights in sorted(FILE_RIGHTS.items(), reverse=True) if since <= version)
    fields = [files]
    if version >= TCP_SINCE:
        fields.append(0 if has_network else ALL_TCP)
    if version >= SCOPES_SINCE:
        fields.append(ALL_SCOPES)
    return struct.pack(f"={len(fields)}Q", *fields)


def restrict(grants: "Iterable[tuple[str, int]]", *, has_network: bool = False) -> None:
    """Leave this process, and what it starts, with these rights to files alone. It has given up new privileges before.

    Args:
        grants: Paths, each with what may be done with it and what is below; a path that is not there grants nothing.
        has_network: Whether TCP stays as it is.

    Raises:
        OSError: if the kernel does not do it.
    """
    attributes = handled(version(), has_network=has_network)
    known = int.from_bytes(attributes[:8], "little")
    ruleset = _call(CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint32(0))
    try:
        for path, rights in grants:
            _grant(ruleset, path, rights & known)
        _call(RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint32(0))
    finally:
        os.close(ruleset)


def _grant(ruleset: int, path: str, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            rights &= OF_FILES
        rule = struct.pack("=Qi", rights, descriptor)
        _call(ADD_RULE, ctypes.c_int(ruleset), ctypes.c_int(PATH_BENEATH), rule, ctypes.c_uint32(0))
    finally:
        os.close(descriptor)


def _call(number: int, *arguments: object) -> int:
    result: int = c_library().syscall(ctypes.c_long(number), *arguments)
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"Landlock: {os.strerror(error)}")
    return result
