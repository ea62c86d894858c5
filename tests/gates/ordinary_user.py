"""Runs a command as an ordinary user: root gives up all that it is, and lets that user reach the interpreter.

usage: python ordinary_user.py PATH... -- COMMAND...    (PATH: what the user has to reach)

Where a directory above a path is closed to others, this command alone sees another one there, which holds the path.
"""

import ctypes
import os
import subprocess
import sys
import tempfile
from pathlib import Path

USER = 12345
CLONE_NEWNS = 0x00020000
CANNOT = 77


def closed_above(path: Path) -> Path | None:
    """Return the outermost directory above a path that others cannot pass."""
    return next((parent for parent in reversed(path.parents) if not parent.stat().st_mode & 0o001), None)


def mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True)


def open_up(paths: list[Path]) -> None:
    """Let others reach these paths, in a view of the file system that is this process's own."""
    closed = {path: above for path in paths if (above := closed_above(path)) is not None}
    if not closed:
        return
    if ctypes.CDLL(None).unshare(CLONE_NEWNS) != 0:
        sys.exit(CANNOT)
    mount("--make-rprivate", "/")
    kept = {path: tempfile.mkdtemp() for path in closed}
    for path, place in kept.items():
        mount("--bind", str(path), place)
    for above in set(closed.values()):
        mount("-t", "tmpfs", "-o", "mode=755", "none", str(above))
    for path, place in kept.items():
        path.mkdir(parents=True)
        mount("--move", place, str(path))


def main(arguments: list[str]) -> None:
    end = arguments.index("--")
    try:
        open_up([Path(path).resolve() for path in arguments[:end]])
    except subprocess.CalledProcessError:
        sys.exit(CANNOT)
    os.setgroups([])
    os.setresgid(USER, USER, USER)
    os.setresuid(USER, USER, USER)
    os.execv(arguments[end + 1], arguments[end + 1 :])  # noqa: S606 - the command that was asked for


if __name__ == "__main__":
    main(sys.argv[1:])
