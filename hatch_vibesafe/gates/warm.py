"""A warm worker, seen from outside: asked one job after the other, waited for no longer than its time, ended whole."""

import contextlib
import os
import select
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from hatch_vibesafe.gates.worker.messages import framed

GRACE_SECONDS = 3.0
START_SECONDS = 10.0
MESSAGE_LIMIT = 64 << 20


class Warm:
    """One worker process with all that it starts. Not to be shared between threads."""

    def __init__(self, command: Sequence[str], directory: Path, environment: dict[str, str], opening: bytes) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own worker, run by the running interpreter
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=directory,
            env=environment,
            start_new_session=True,
        )
        self._unread = bytearray()
        self._is_ready = False
        self.is_alive = True
        self._write(opening)

    def ask(self, job: bytes, seconds: float) -> tuple[bytes, str]:
        """Return what a job's process sent, and how it ended; where the worker itself ends, so did the job."""
        if self.is_alive:
            self._write(framed(job))
        if not self._is_ready:
            self._is_ready = self._message(time.monotonic() + START_SECONDS) is not None
        deadline = time.monotonic() + seconds + GRACE_SECONDS
        content = self._message(deadline) if self._is_ready else None
        ending = None if content is None else self._message(deadline)
        if content is None or ending is None:
            self.is_alive = False
            return b"", self._stopped(too_late=time.monotonic() >= deadline, seconds=seconds)
        return content, ending.decode("utf-8", "replace")

    def close(self) -> str:
        """End the worker and all that it started, and return what it said of itself, once.

        Where it does not end by itself it is asked first: it also ends what left its process group. Its own group is
        killed only while it has not been waited for: until then its number cannot be another's.
        """
        process = self._process
        assert process.stdin is not None  # noqa: S101 - asked for in `Popen`
        assert process.stdout is not None  # noqa: S101 - likewise
        assert process.stderr is not None  # noqa: S101 - likewise
        if process.stderr.closed:
            return ""
        with contextlib.suppress(OSError):
            process.stdin.close()
        if not self._ends(GRACE_SECONDS if self.is_alive else 0):
            process.send_signal(signal.SIGTERM)
            process.send_signal(signal.SIGCONT)
            if not self._ends(GRACE_SECONDS):
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self.is_alive = False
        process.stdout.close()
        with process.stderr as stream:
            readable = select.select([stream], [], [], 0)[0]
            return os.read(stream.fileno(), 1 << 12).decode("utf-8", "replace").strip() if readable else ""

    def _ends(self, seconds: float) -> bool:
        """Wait until the worker has ended."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        return self._process.returncode is not None

    def _stopped(self, *, too_late: bool, seconds: float) -> str:
        if too_late or not self._ends(GRACE_SECONDS):
            return f"did not end within {seconds:g} seconds (sandbox.timeout) and was killed"
        code = self._process.returncode
        return f"ended with exit code {code}" if code >= 0 else f"was ended by {signal.Signals(-code).name}"

    def _write(self, content: bytes) -> None:
        assert self._process.stdin is not None  # noqa: S101 - asked for in `Popen`
        try:
            self._process.stdin.write(content)
            self._process.stdin.flush()
        except OSError:
            self.is_alive = False

    def _message(self, deadline: float) -> bytes | None:
        """Return the next message; None where it does not come."""
        header = self._take(4, deadline)
        if header is None or int.from_bytes(header, "big") > MESSAGE_LIMIT:
            return None
        return self._take(int.from_bytes(header, "big"), deadline)

    def _take(self, size: int, deadline: float) -> bytes | None:
        assert self._process.stdout is not None  # noqa: S101 - asked for in `Popen`
        descriptor = self._process.stdout.fileno()
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        while len(self._unread) < size:
            left = deadline - time.monotonic()
            if left <= 0 or not poll.poll(left * 1000):
                return None
            piece = os.read(descriptor, 1 << 16)
            if not piece:
                return None
            self._unread += piece
        taken = bytes(self._unread[:size])
        del self._unread[:size]
        return taken
