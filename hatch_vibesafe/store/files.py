"""Whole files or none: the one way in which the store writes, and the one way in which it reads."""

import errno
import os
import shlex
import stat
import sys
from io import FileIO
from pathlib import Path

from hatch_vibesafe.problems import Problem, VibesafeError
from hatch_vibesafe.store import temporaries

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_FORBIDDEN = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_OBSTRUCTED = frozenset({errno.ENOTDIR, errno.EEXIST, errno.EISDIR, errno.ELOOP})


def write_atomically(path: Path, content: bytes) -> None:
    """Make `content` the whole content of `path`: a reader sees the old bytes or the new ones, never a mixture.

    Missing parent directories are created. A symbolic link at `path` is replaced, not followed.

    Raises:
        VibesafeError: if it cannot be written; the old content is then still there and nothing else is left behind.
    """
    try:
        make_directory(path.parent)
        temporaries.sweep(path.parent)
        with temporaries.temporary_file(path) as (temporary, stream):
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
            if sys.platform == "win32":
                stream.close()
            temporary.replace(path)
        sync_directory(path.parent)
    except OSError as error:
        raise VibesafeError(problem_of(error, path, "written")) from error


def write_new(path: Path, content: bytes) -> None:
    """Write a file that does not exist yet, durably; for use inside a directory that nobody reads yet.

    Raises:
        OSError: if it exists or cannot be written.
    """
    with path.open("xb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def read_file(path: Path | str) -> bytes | None:
    """Return the bytes of a regular file, or None where there is nothing at `path`.

    Raises:
        VibesafeError: if it is a symbolic link or something else than a file, or cannot be read.
    """
    try:
        mode = os.lstat(path).st_mode
        if not stat.S_ISREG(mode):
            kind = "a symbolic link" if stat.S_ISLNK(mode) else "not a file"
            raise VibesafeError(
                Problem(str(path), f"is {kind}, where a file is expected", f"git restore {quoted(path)}")
            )
        with FileIO(path) as stream:
            return stream.readall()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise VibesafeError(problem_of(error, Path(path), "read")) from error


def make_directory(path: Path) -> None:
    """Create a directory and its missing parents, durably.

    Raises:
        OSError: if that fails, also where something else than a directory is in the way.
    """
    if path.is_dir():
        return
    make_directory(path.parent)
    path.mkdir(exist_ok=True)
    sync_directory(path.parent)


def sync_directory(path: Path) -> None:
    """Make the names in a directory durable, where the operating system can.

    Raises:
        OSError: if that fails.
    """
    if sys.platform == "win32":
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def problem_of(error: OSError, path: Path, verb: str) -> Problem:
    """Return what kept `path` from being read or written, and what mends it."""
    what = f"cannot be {verb}: {error.strerror or type(error).__name__}"
    if error.errno in FULL:
        return Problem(str(path), what, "free space on the disk (or raise the quota) and run the command again")
    if error.errno in _FORBIDDEN:
        return Problem(str(path), what, f"make {quoted(path.parent)} accessible to you and run the command again")
    if error.errno in _OBSTRUCTED:
        return Problem(
            str(path), what, f"move away what stands in the way: ls -ld {quoted(path)} {quoted(path.parent)}"
        )
    return Problem(str(path), what, f"look at it and run the command again: ls -ld {quoted(path.parent)}")


def quoted(path: Path | str) -> str:
    """Return a path as a shell reads it."""
    return shlex.quote(str(path))
