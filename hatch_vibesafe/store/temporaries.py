"""Temporary files and directories beside their target: claimed by a living writer, swept once that writer is gone.

A writer holds an exclusive lock on the temporary that it fills; the kernel gives it up when the process dies, however
it dies. So whoever gets the lock of a temporary knows that nobody will finish it. Windows has no such lock on a file
that is to be renamed; there a temporary counts as abandoned an hour after its last change.
"""

import contextlib
import os
import re
import secrets
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

if sys.platform != "win32":
    import fcntl

_TEMPORARY = re.compile(r"\..+\.[0-9a-f]{16}\.vibesafe-tmp", re.DOTALL)
_ABANDONED_AFTER_SECONDS = 3600
_LONGEST_STEM = 64


def temporary_path(target: Path) -> Path:
    """Return a new name beside `target`; nothing is created."""
    return target.with_name(f".{target.name[:_LONGEST_STEM]}.{secrets.token_hex(8)}.vibesafe-tmp")


@contextmanager
def temporary_file(target: Path) -> Iterator[tuple[Path, BinaryIO]]:
    """Yield a new empty file beside `target`, open for writing; it is gone afterwards unless it was renamed.

    Raises:
        OSError: if it cannot be created.
    """
    while True:
        path = temporary_path(target)
        stream = path.open("xb")
        if _claim(stream.fileno(), path):
            break
        stream.close()
    try:
        yield path, stream
    finally:
        # Closing flushes, and on a full disk that fails a second time.
        with contextlib.suppress(OSError):
            stream.close()
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


@contextmanager
def temporary_directory(target: Path) -> Iterator[Path]:
    """Yield a new empty directory beside `target`; it is gone afterwards unless it was renamed.

    Raises:
        OSError: if it cannot be created.
    """
    descriptor = -1
    while True:
        path = temporary_path(target)
        path.mkdir()
        if sys.platform == "win32":
            break
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except FileNotFoundError:
            continue
        if _claim(descriptor, path):
            break
        os.close(descriptor)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        if descriptor >= 0:
            os.close(descriptor)


def sweep(directory: Path) -> None:
    """Remove the temporaries in `directory` whose writers are gone. What cannot be removed is left alone."""
    with contextlib.suppress(OSError), os.scandir(directory) as entries:
        for entry in entries:
            if _TEMPORARY.fullmatch(entry.name):
                with contextlib.suppress(OSError):
                    _remove_abandoned(Path(entry.path))


def remove(path: Path) -> None:
    """Remove a file, a symbolic link or a whole directory.

    Raises:
        OSError: if that fails.
    """
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def _claim(descriptor: int, path: Path) -> bool:
    """Lock the temporary; False where a sweep took it away between its creation and the lock."""
    if sys.platform == "win32":
        return True
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        return os.path.samestat(os.fstat(descriptor), path.lstat())
    except FileNotFoundError:
        return False


def _remove_abandoned(path: Path) -> None:
    if sys.platform == "win32":
        if time.time() - path.stat().st_mtime > _ABANDONED_AFTER_SECONDS:
            remove(path)
        return
    if path.is_symlink() or not (path.is_file() or path.is_dir()):
        remove(path)
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        remove(path)
    finally:
        os.close(descriptor)
