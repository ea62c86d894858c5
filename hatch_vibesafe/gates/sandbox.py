"""Where generated code runs: a process of its own, limited, with nothing of the user's, ended whole.

The sandbox confines; it does not judge. Level L0: resource limits, an empty environment, an empty working directory, a
session of its own, no new privileges, and a wall-clock limit after which every process of it is killed.
"""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from hatch_vibesafe.config import SandboxConfig
from hatch_vibesafe.gates.worker.confinement import PR_SET_DUMPABLE, prctl
from hatch_vibesafe.problems import Problem, VibesafeConfigurationError
from hatch_vibesafe.redact import without

WORKER = Path(__file__).with_name("worker") / "__main__.py"
ANSWER_LIMIT = 32 << 20
GRACE_SECONDS = 3.0
FILE_SIZE_LIMIT = 16 << 20
OPEN_FILES_LIMIT = 128
PROCESSES_BESIDE = 128


@dataclass(frozen=True, slots=True)
class Job:
    """What one worker is given: the part that a batch shares, encoded once, and its own part."""

    shared: bytes
    own: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Result:
    """What one worker did.

    Attributes:
        answers: The messages that it sent, decoded as JSON and no further; not to be trusted.
        ending: How it ended, in words that continue "the worker ..."; empty where it ended by itself and in order.
    """

    answers: tuple[object, ...]
    ending: str


class Sandbox:
    """Runs jobs, each confined by itself, as many at a time as there are processors."""

    def __init__(self, config: SandboxConfig, key_variables: Sequence[str] = ()) -> None:
        """Choose the level.

        Args:
            config: The settings.
            key_variables: The environment variables whose values no answer may hold.

        Raises:
            VibesafeConfigurationError: if this platform has nothing to run generated code apart with.
        """
        if not hasattr(os, "fork"):
            raise VibesafeConfigurationError(
                Problem(
                    "sandbox",
                    f"generated code can be neither confined nor ended whole on {sys.platform}",
                    "run the gates on Linux, macOS or WSL",
                )
            )
        self._config = config
        self._key_variables = key_variables

    @property
    def level(self) -> str:
        """The word that the evidence has for how far code is confined."""
        return "L0" if self._config.enabled else "none"

    def run(self, jobs: Sequence[Job]) -> tuple[Result, ...]:
        """Return each job's result, in order. Raises for nothing that a job does, and waits no longer than its time."""
        # An environment can be read from `/proc`, but by no ordinary user's process where its owner forbids it so.
        prctl(PR_SET_DUMPABLE, 0)
        limits = self._limits()
        with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as threads:
            return tuple(threads.map(lambda job: self._run(job, limits), jobs))

    def _limits(self) -> Mapping[str, int] | None:
        if not self._config.enabled:
            return None
        limits = {
            "RLIMIT_CPU": int(self._config.timeout) + 1,
            "RLIMIT_FSIZE": FILE_SIZE_LIMIT,
            "RLIMIT_NOFILE": OPEN_FILES_LIMIT,
            "RLIMIT_CORE": 0,
        }
        if sys.platform == "linux":
            # macOS reserves far more address space than it uses, and counts processes in another way.
            limits["RLIMIT_AS"] = self._config.memory_mb << 20
            limits["RLIMIT_NPROC"] = own_threads() + PROCESSES_BESIDE
        return limits

    def _run(self, job: Job, limits: Mapping[str, int] | None) -> Result:
        own = json.dumps({**job.own, "limits": limits}).encode()
        with tempfile.TemporaryDirectory(prefix="vibesafe-", ignore_cleanup_errors=True) as directory:
            process = subprocess.Popen(  # noqa: S603 - our own worker, run by the running interpreter
                [sys.executable, "-I", "-S", "-B", "-X", "utf8", str(WORKER)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=directory,
                env=environment(),
                start_new_session=True,
            )
            with process:
                content, ending = b"", "was interrupted"
                try:
                    content, ending = _exchange(process, _message(job.shared) + _message(own), self._config.timeout)
                finally:
                    _end(process, by_itself=not ending)
        if not ending and process.returncode:
            ending = _ended(process.returncode)
        secrets = [os.environ.get(name, "") for name in self._key_variables]
        return Result(_answers(content, secrets), ending)


def environment() -> dict[str, str]:
    """Return a worker's environment: nothing of the user's, but for what Windows cannot start a process without."""
    kept = ("SYSTEMROOT",) if sys.platform == "win32" else ()
    return {"LANG": "C.UTF-8", "PYTHONHASHSEED": "0"} | {name: os.environ[name] for name in kept if name in os.environ}


def own_threads() -> int:
    """Return how many threads this user runs, which is what the limit of processes counts; 0 where nobody tells."""
    threads = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            # This process, whose environment is hidden, seems to be root's.
            if process.stat().st_uid == os.getuid() or process.name == str(os.getpid()):
                threads += len(os.listdir(process / "task"))  # noqa: PTH208 - counting names needs no paths
        except OSError:
            continue
    return threads


def _message(content: bytes) -> bytes:
    return len(content).to_bytes(4, "big") + content


def _exchange(process: subprocess.Popen[bytes], question: bytes, timeout: float) -> tuple[bytes, str]:
    """Write the job, and read until all that could answer has ended, or until time or room is used up."""
    assert process.stdin is not None  # noqa: S101 - asked for in `Popen`
    assert process.stdout is not None  # noqa: S101 - likewise
    deadline = time.monotonic() + timeout
    try:
        process.stdin.write(question)
        process.stdin.close()
    except OSError:
        return b"", "ended before it had read its job"
    content = bytearray()
    while len(content) <= ANSWER_LIMIT:
        left = deadline - time.monotonic()
        if left <= 0 or not _readable(process.stdout.fileno(), left):
            return bytes(content), f"did not end within {timeout:g} seconds (sandbox.timeout) and was killed"
        piece = os.read(process.stdout.fileno(), 1 << 16)
        if not piece:
            return bytes(content), ""
        content += piece
    return bytes(content), f"sent more than {ANSWER_LIMIT >> 20} MiB and was killed"


def _readable(descriptor: int, seconds: float) -> bool:
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(seconds * 1000))


def _end(process: subprocess.Popen[bytes], *, by_itself: bool) -> None:
    """End a worker and all that it started.

    Where it has not ended by itself, its supervisor is asked first: it also ends what left the process group. Whatever
    is left is killed with the group, whose number cannot be another's before the worker has been waited for.
    """
    if not by_itself:
        os.kill(process.pid, signal.SIGTERM)  # not `terminate`, which would wait for it
        _drain(process, time.monotonic() + GRACE_SECONDS)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _drain(process: subprocess.Popen[bytes], deadline: float) -> None:
    """Read what still comes until all that could answer has ended, or the deadline has passed."""
    assert process.stdout is not None  # noqa: S101 - asked for in `Popen`
    while (left := deadline - time.monotonic()) > 0 and _readable(process.stdout.fileno(), left):
        if not os.read(process.stdout.fileno(), 1 << 16):
            return


def _ended(code: int) -> str:
    number = -code if code < 0 else code - 128
    if number in {known.value for known in signal.Signals}:
        return f"was ended by {signal.Signals(number).name}"
    return f"ended with exit code {code}"


def _answers(content: bytes, secrets: Sequence[str]) -> tuple[object, ...]:
    """Return the whole messages that a stream holds, without the secrets; what is cut off or no JSON ends it."""
    answers: list[object] = []
    while len(content) >= 4:  # noqa: PLR2004 - the bytes of a message's length
        size = int.from_bytes(content[:4], "big")
        try:
            message = content[4 : 4 + size].decode("ascii")
            for secret in secrets:
                message = without(message, secret)
            answers.append(json.loads(message))
        except (ValueError, RecursionError):
            break
        content = content[4 + size :]
    return tuple(answers)
