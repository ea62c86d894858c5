"""Running a program in a process group of its own, within a time, and never longer than it is wanted."""

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_LARGEST_OUTPUT = 16 * 1024 * 1024
_LARGEST_COMPLAINT = 64 * 1024
_CHUNK = 65536
_DRAINING = 2.0
"""Seconds in which what a killed process group had written is read; who left the group may keep the pipe open."""


@dataclass(frozen=True, slots=True)
class Finished:
    """What became of a program.

    Attributes:
        code: Its exit code; the negative number of the signal that ended it.
        output: What it wrote.
        complaint: The beginning of what it wrote to standard error.
        in_time: Whether it ended by itself within its time.
        too_large: Whether it was ended because it wrote too much.
    """

    code: int
    output: bytes
    complaint: bytes
    in_time: bool
    too_large: bool


class Programs:
    """The programs of one provider that are running. Used from several threads at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._closed = False

    def run(
        self, arguments: Sequence[str], content: bytes, environment: Mapping[str, str], root: Path, timeout: float
    ) -> Finished:
        """Return what a program came to that is given `content`; nothing of its process group is left.

        Raises:
            OSError: if it cannot be started.
            ValueError: if an argument is none, or it holds a zero byte.
            InterruptedError: if nothing is to be run any more.
        """
        process = self._start(arguments, environment, root)
        feeding = threading.Thread(target=_feed, args=(process.stdin, content), daemon=True)
        output = _Reader(process.stdout, _LARGEST_OUTPUT, lambda: _kill(process))
        complaint = _Reader(process.stderr, _LARGEST_COMPLAINT, None)
        in_time = True
        try:
            for thread in (feeding, output, complaint):
                thread.start()
            process.wait(timeout)
        except subprocess.TimeoutExpired:
            in_time = False
        finally:
            # What it has started in its group ends with it, and so the pipes do.
            _kill(process)
            process.wait()
            with self._lock:
                self._running.discard(process)
        for reader in (output, complaint):
            reader.join(_DRAINING)
        return Finished(process.returncode, output.content, complaint.content, in_time, output.too_large)

    def close(self) -> None:
        """Kill what is running, and run nothing any more."""
        with self._lock:
            self._closed = True
            running = tuple(self._running)
        for process in running:
            _kill(process)

    @property
    def closed(self) -> bool:
        """Whether nothing is run any more."""
        return self._closed

    def _start(self, arguments: Sequence[str], environment: Mapping[str, str], root: Path) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._closed:
                raise InterruptedError
            pipe = subprocess.PIPE
            process = subprocess.Popen(  # noqa: S603 - the program that the project configured, without a shell
                arguments, stdin=pipe, stdout=pipe, stderr=pipe, env=environment, cwd=root, start_new_session=True
            )
            self._running.add(process)
            return process


class _Reader(threading.Thread):
    """Reads a pipe to its end, and keeps no more of it than `most` bytes."""

    def __init__(self, pipe: IO[bytes] | None, most: int, on_more: Callable[[], None] | None) -> None:
        super().__init__(daemon=True)
        self._pipe = pipe
        self._most = most
        self._on_more = on_more
        self._content = bytearray()
        self.too_large = False

    @property
    def content(self) -> bytes:
        return bytes(self._content)

    def run(self) -> None:
        if self._pipe is None:
            return
        with self._pipe, contextlib.suppress(OSError):
            while chunk := os.read(self._pipe.fileno(), _CHUNK):
                self._content += chunk[: self._most - len(self._content)]
                if len(self._content) == self._most and self._on_more is not None:
                    self.too_large = True
                    self._on_more()
                    return


def _feed(pipe: IO[bytes] | None, content: bytes) -> None:
    if pipe is not None:
        with contextlib.suppress(OSError), pipe:  # a program may end without reading what it is given
            pipe.write(content)


def _kill(process: subprocess.Popen[bytes]) -> None:
    if not hasattr(os, "killpg"):
        process.kill()
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
