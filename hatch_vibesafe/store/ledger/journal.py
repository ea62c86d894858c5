"""The requests that are about to be sent, on disk before each of them is: a `kill -9` loses sight of none.

One file a run, a line a request, held under a lock for as long as its command lives. The command removes it in the end,
when the ledger tells of all of them; one that nobody holds was left behind, and the next command adopts it. Lines go to
the operating system at once and are not synced: what a dead process wrote is there, and nobody waits for a disk.
"""

import contextlib
import errno
import json
import os
import threading
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from hatch_vibesafe.store.files import make_directory
from hatch_vibesafe.store.ledger.entries import RequestBegan, RunBegan, StepBegan
from hatch_vibesafe.store.lock import try_lock

_PREFIX, _SUFFIX = "runs.db-", ".begun"


class Journal:
    """The requests of one run. Used from several threads at once; makes no file before the first request."""

    def __init__(self, directory: Path, run: RunBegan) -> None:
        self._path = directory / f"{_PREFIX}{run.id}{_SUFFIX}"
        self._run = run
        self._lock = threading.Lock()
        self._descriptor: int | None = None
        self._begun: set[tuple[str, str, int]] = set()
        self._cut = False

    def begin(self, request: RequestBegan) -> None:
        """Write down that a request is about to be sent.

        Raises:
            OSError: if it cannot be written.
        """
        with self._lock:
            if self._descriptor is None:
                self._descriptor = self._opened()
            self._begun.add(request.key)
            self._write(self._descriptor, _line(request))

    def withdraw(self, request: RequestBegan) -> None:
        """Write down that a request was not sent after all.

        Raises:
            OSError: if it cannot be written.
        """
        with self._lock:
            self._begun.discard(request.key)
            if self._descriptor is not None:
                self._write(self._descriptor, json.dumps({"withdrawn": request.key}).encode("ascii") + b"\n")

    def close(self, told: Collection[tuple[str, str, int]]) -> None:
        """Remove the file where the ledger tells of every request in it; else leave it to the next command."""
        with self._lock:
            if self._descriptor is None:
                return
            if all(key in told for key in self._begun):
                with contextlib.suppress(OSError):
                    self._path.unlink()
            os.close(self._descriptor)
            self._descriptor = None

    def _write(self, descriptor: int, line: bytes) -> None:
        # Behind a line for which there was no room the next one begins anew: else neither could be read.
        whole = b"\n" + line if self._cut else line
        written = os.write(descriptor, whole)
        self._cut = written < len(whole)
        if self._cut:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _opened(self) -> int:
        make_directory(self._path.parent)
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND | getattr(os, "O_CLOEXEC", 0)
        descriptor = os.open(self._path, flags, 0o666)
        with contextlib.suppress(OSError):  # on a file system that has no locks another command adopts it too early
            try_lock(descriptor)
        os.write(descriptor, _line(self._run))
        return descriptor


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """What a command left behind that was ended before the ledger told of all its requests."""

    path: Path
    run: RunBegan
    requests: tuple[RequestBegan, ...]


@contextlib.contextmanager
def left_behind(directory: Path) -> Iterator[tuple[LeftBehind, ...]]:
    """Yield what dead commands left behind, held for the length of the block so that one command adopts it.

    What the block has adopted is removed behind it; where it raises, everything stays.
    """
    with contextlib.ExitStack() as held:
        found: list[LeftBehind] = []
        for path in _journals(directory):
            if (descriptor := _held(path)) is not None:
                held.callback(os.close, descriptor)
                found += _read(path, descriptor)
        yield tuple(found)
        for each in found:
            with contextlib.suppress(OSError):
                each.path.unlink()


def _journals(directory: Path) -> list[Path]:
    with contextlib.suppress(OSError):
        return sorted(directory.glob(f"{_PREFIX}*{_SUFFIX}"))
    return []


def _held(path: Path) -> int | None:
    """Return an open journal of which nobody else has the lock; None where its command lives, or another reads it."""
    try:
        descriptor = os.open(path, os.O_RDWR | getattr(os, "O_CLOEXEC", 0))
    except OSError:
        return None
    # Between its making and its locking a journal has no line yet: such a one is left to its command.
    if os.fstat(descriptor).st_size and try_lock(descriptor) and path.exists():
        return descriptor
    os.close(descriptor)
    return None


def _read(path: Path, descriptor: int) -> Iterator[LeftBehind]:
    """Yield what a journal tells, where it names its run; a line that is not whole tells nothing."""
    with os.fdopen(os.dup(descriptor), "rb") as stream:
        lines = stream.read().splitlines()
    run: RunBegan | None = None
    requests: dict[tuple[str, str, int], RequestBegan] = {}
    for line in lines:
        with contextlib.suppress(ValueError, TypeError, KeyError, RecursionError):
            values = json.loads(line)
            if "withdrawn" in values:
                requests.pop(tuple(values["withdrawn"]), None)
            elif "step" in values:
                step = StepBegan(**_known(StepBegan, values["step"]))
                request = RequestBegan(**(_known(RequestBegan, values) | {"step": step}))
                requests[request.key] = request
            else:
                run = RunBegan(**{field.name: str(values[field.name]) for field in fields(RunBegan)})
    if run is not None:
        yield LeftBehind(path, run, tuple(requests.values()))


def _known(told: type[RequestBegan | StepBegan], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what we know of what stands in a line: a newer release may have written more."""
    return {field.name: values[field.name] for field in fields(told)}


def _line(told: RequestBegan | RunBegan) -> bytes:
    return json.dumps(asdict(told), sort_keys=True).encode("ascii") + b"\n"
