"""Builds and installs the filter that refuses a candidate's system calls (Linux, `seccomp(2)`, classic BPF).

A refused call fails with EPERM, so that what a candidate tried reads well in the verdict. A call of another machine's
table (32-bit, x32) ends the process.
"""

import ctypes
import errno
import functools
import struct

from hatch_vibesafe.gates.worker.prctl import checked_prctl
from hatch_vibesafe.gates.worker.system_calls import (
    ABSENT,
    AUDIT_ARCH,
    MACHINES,
    NEWEST,
    REFUSED,
    SOCKETS,
    Numbers,
    numbers,
)

PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2
LOAD, AND = 0x20, 0x54
EQUAL, GREATER, AT_LEAST, ANY_BIT = 0x15, 0x25, 0x35, 0x45
RETURN = 0x06
ALLOW, KILL_PROCESS, FAIL = 0x7FFF0000, 0x80000000, 0x00050000
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16
X32_BIT = 0x40000000

CLONE_THREAD = 0x00010000
CLONE_NEW_NAMESPACE = 0x7E020000
AF_UNIX, AF_INET, AF_INET6, SOCK_STREAM, SOCKET_KIND = 1, 2, 10, 1, 0xF
O_TRUNC, ACCESS_MODE = 0o1000, 0o3
TIOCSTI, TIOCLINUX = 0x5412, 0x541C
# PDEATHSIG, DUMPABLE, MM, CHILD_SUBREAPER, PTRACER: what frees a process from those that watch it.
REFUSED_PRCTL = (1, 4, 35, 36, 0x59616D61)

FREED = {"net": (*SOCKETS,), "process": ("fork", "vfork", "execve", "setpgid", "setsid")}
"""What each capability lets through; sockets of other families than IP stay refused, by their arguments."""

CLONE: Numbers = (56, 220)
SIGNALS: tuple[Numbers, ...] = ((62, 129), (234, 131))
PRLIMIT: Numbers = (302, 261)
SENDTO: Numbers = (44, 206)
SOCKET: Numbers = SOCKETS["socket"]
SOCKETPAIR: Numbers = (53, 199)
OPEN: Numbers = (2, None)
OPENAT: Numbers = (257, 56)
PRCTL: Numbers = (157, 167)
IOCTL: Numbers = (16, 29)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

Instruction = tuple[int, int, int, int]
Block = list[Instruction]


def filter_for(machine: str, pid: int, granted: "Collection[str]" = ()) -> bytes:
    """Return the filter as an array of `struct sock_filter`.

    Args:
        machine: One of `MACHINES`.
        pid: The process that will run under it: the only one that it may signal and limit.
        granted: What is let through beside: "net" (IP sockets), "process" (children and programs), "signals".
    """
    column = MACHINES.index(machine)
    program: Block = []
    for call, block in by_arguments(pid, granted):
        number_here = call[column]
        if number_here is not None:
            program += [(EQUAL, 0, len(block), number_here), *block]
    program.append(end(ALLOW))
    return whatever_the_arguments(machine, frozenset(granted)) + encoded(program)


@functools.cache
def whatever_the_arguments(machine: str, granted: "frozenset[str]") -> bytes:
    """Return the part of the filter that looks at a call's number alone: the same for every process of a worker."""
    program: Block = [load(ARCHITECTURE), (EQUAL, 1, 0, AUDIT_ARCH[machine]), end(KILL_PROCESS), load(NUMBER)]
    if machine == "x86_64":
        program += [(AT_LEAST, 0, 1, X32_BIT), end(KILL_PROCESS)]
    program += [(GREATER, 0, 1, NEWEST), end(FAIL | errno.ENOSYS)]
    for number in numbers(ABSENT, machine):
        program += [(EQUAL, 0, 1, number), end(FAIL | errno.ENOSYS)]
    freed = [name for each in granted for name in FREED.get(each, ())]
    for number in numbers({name: call for name, call in REFUSED.items() if name not in freed}, machine):
        program += [(EQUAL, 0, 1, number), end(FAIL | errno.EPERM)]
    return encoded(program)


def encoded(program: Block) -> bytes:
    """Return instructions as the kernel reads them."""
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in program)


def by_arguments(pid: int, granted: "Collection[str]" = ()) -> list[tuple[Numbers, Block]]:
    """Return the calls that are refused for their arguments, each with the instructions that decide."""
    allow, refuse = end(ALLOW), end(FAIL | errno.EPERM)
    own = [load(argument(0)), (EQUAL, 0, 1, pid), allow, refuse]
    truncates = [(ANY_BIT, 1, 0, O_TRUNC), allow, (AND, 0, 0, ACCESS_MODE), (EQUAL, 0, 1, 0), refuse, allow]
    starts = [allow] if "process" in granted else only_if(ANY_BIT, CLONE_THREAD)
    networked: list[tuple[Numbers, Block]] = [(SOCKET, [load(argument(0)), *one_of((AF_INET, AF_INET6))])]
    # Without an address, so that a connected pair can be used: asyncio wakes itself with one.
    to_nobody = [load(argument(4)), (EQUAL, 1, 0, 0), refuse, load(argument(4) + 4), *only_if(EQUAL, 0)]
    return [
        (CLONE, [load(argument(0)), (ANY_BIT, 0, 1, CLONE_NEW_NAMESPACE), refuse, *starts]),
        *((call, own) for call in SIGNALS if "signals" not in granted),
        (PRLIMIT, [load(argument(0)), (EQUAL, 2, 0, 0), (EQUAL, 1, 0, pid), refuse, allow]),
        *(networked if "net" in granted else [(SENDTO, to_nobody)]),
        (
            SOCKETPAIR,
            [
                load(argument(0)),
                (EQUAL, 1, 0, AF_UNIX),
                refuse,
                load(argument(1)),
                (AND, 0, 0, SOCKET_KIND),
                *only_if(EQUAL, SOCK_STREAM),
            ],
        ),
        # Opened for reading, a file could still be emptied on a kernel whose Landlock does not know of it.
        (OPEN, [load(argument(1)), *truncates]),
        (OPENAT, [load(argument(2)), *truncates]),
        (PRCTL, [load(argument(0)), *none_of(REFUSED_PRCTL)]),
        (IOCTL, [load(argument(1)), *none_of((TIOCSTI, TIOCLINUX))]),
    ]


def argument(number: int) -> int:
    """Return where the lower half of an argument stands in `struct seccomp_data`: both machines are little-endian."""
    return ARGUMENTS + 8 * number


def load(offset: int) -> Instruction:
    """Return the instruction that loads a word of `struct seccomp_data`."""
    return (LOAD, 0, 0, offset)


def end(action: int) -> Instruction:
    """Return the instruction that decides."""
    return (RETURN, 0, 0, action)


def only_if(comparison: int, value: int) -> Block:
    """Return what allows a call only if the loaded word compares so, and refuses it otherwise."""
    return [(comparison, 0, 1, value), end(ALLOW), end(FAIL | errno.EPERM)]


def one_of(values: tuple[int, ...]) -> Block:
    """Return what allows a call only if the loaded word is one of these, and refuses it otherwise."""
    allowed = [step for value in values for step in ((EQUAL, 0, 1, value), end(ALLOW))]
    return [*allowed, end(FAIL | errno.EPERM)]


def none_of(values: tuple[int, ...]) -> Block:
    """Return what refuses a call whose loaded word is one of these, and allows it otherwise."""
    refusals = [step for value in values for step in ((EQUAL, 0, 1, value), end(FAIL | errno.EPERM))]
    return [*refusals, end(ALLOW)]


def install(program: bytes) -> None:
    """Put this process, and what it starts, under a filter for good. It has given up new privileges before.

    Raises:
        OSError: if the kernel does not take it.
    """
    buffer = ctypes.create_string_buffer(program, len(program))
    length = len(program) // 8
    header = ctypes.create_string_buffer(struct.pack("@HP", length, ctypes.addressof(buffer)))
    checked_prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(header))
