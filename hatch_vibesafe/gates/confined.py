"""How a worker is started at a level, and what is said first to it: its settings."""

import json
import os
import shutil
import sys
from collections.abc import Collection, Iterable, Sequence

from hatch_vibesafe.config import SandboxConfig
from hatch_vibesafe.gates import bubblewrap
from hatch_vibesafe.gates.portable import component
from hatch_vibesafe.gates.view import WORKER, View
from hatch_vibesafe.gates.worker.messages import framed
from hatch_vibesafe.redact import without
from hatch_vibesafe.sandbox_levels import CONFINED, ISOLATED, PORTABLE, UNCONFINED, reaches

FILE_SIZE_LIMIT = 16 << 20
SCRATCH_LIMIT = 64 << 20
OPEN_FILES_LIMIT = 128
PROCESSES_BESIDE = 128


GRANTED = frozenset({"fs.read", "fs.write", "net", "process"})
"""The capabilities that a worker is given or not; the others are held by the structure gate alone."""


def command(level: str, config: SandboxConfig, seen: View, granted: Collection[str] = ()) -> list[str]:
    """Return the command that starts a worker for candidates with these capabilities.

    Raises:
        VibesafeConfigurationError: if the portable worker cannot be made.
    """
    if level == PORTABLE:
        return component.command(component.make(), config.memory_mb)
    # The interpreter itself: a link to it, or one beside a link, may be out of sight.
    interpreter = os.path.realpath(sys.executable) if sys.platform == "linux" else sys.executable
    # Not `-I`, which would not read the seed of hashes from the environment; that is ours alone (`environment`).
    worker = [interpreter, "-s", "-P", "-S", "-B", "-X", "utf8", str(WORKER / "__main__.py")]
    program = shutil.which(bubblewrap.PROGRAM)
    if level != ISOLATED or program is None:
        return worker
    is_root, has_network = os.geteuid() == 0, "net" in granted
    return bubblewrap.command(program, seen.mounted, SCRATCH_LIMIT, worker, is_root=is_root, has_network=has_network)


def environment(hash_seed: int = 0) -> dict[str, str]:
    """Return a worker's environment: nothing of the user's, but for what Windows cannot start a process without."""
    kept = ("SYSTEMROOT",) if sys.platform == "win32" else ()
    own = {"LANG": "C.UTF-8", "PYTHONHASHSEED": str(hash_seed)}
    return own | {name: os.environ[name] for name in kept if name in os.environ}


def opening(
    level: str, config: SandboxConfig, seen: View, preload: Iterable[str], granted: Collection[str] = ()
) -> bytes:
    """Return the message that tells a worker how far each candidate is to be confined."""
    limits: dict[str, int] | None = None
    if level != UNCONFINED:
        limits = {
            "RLIMIT_CPU": int(config.timeout) + 1,
            "RLIMIT_FSIZE": FILE_SIZE_LIMIT,
            "RLIMIT_NOFILE": OPEN_FILES_LIMIT,
            "RLIMIT_CORE": 0,
            "RLIMIT_MEMLOCK": 0,
            "RLIMIT_MSGQUEUE": 0,
        }
        if sys.platform == "linux":
            # macOS reserves far more address space than it uses.
            limits["RLIMIT_AS"] = config.memory_mb << 20
    settings = {
        "confined": reaches(level, CONFINED),
        "limits": limits,
        "processes": PROCESSES_BESIDE,
        "readable": seen.readable,
        "listable": seen.listable,
        "timeout": config.timeout,
        "scratch": SCRATCH_LIMIT,
        "preload": list(preload),
        "installed": seen.installed,
        "granted": sorted(granted),
    }
    return framed(json.dumps(settings).encode())


def decoded(content: bytes, secrets: Sequence[str]) -> tuple[object, ...]:
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
