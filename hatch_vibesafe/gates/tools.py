"""Runs ruff and mypy: said to be missing where they are, bounded in time, with only the environment they need."""

import functools
import importlib.metadata
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hatch_vibesafe.gates.verdict import Fault, Finding
from hatch_vibesafe.problems import Problem, VibesafeConfigurationError

_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "USERPROFILE", "VIRTUAL_ENV")


EMPTY = "vibesafe_empty"
"""A module with nothing in it: a tool that cannot judge it cannot judge anything."""

Reports = list[dict[str, object]]


@dataclass(frozen=True, slots=True)
class ToolRun:
    """What a tool gave: its exit code (None where it was killed for taking too long), output and error output."""

    code: int | None
    output: str
    error: str

    @property
    def failure(self) -> str:
        """What a tool that could not judge said, for people."""
        if self.code is None:
            return "did not end in time"
        said = (self.error.strip() or self.output.strip() or "nothing").splitlines()
        return f"ended with exit code {self.code} and said: {' | '.join(said[-5:])}"


def version(tool: str, gate: str) -> str:
    """Return the version of an installed tool.

    Raises:
        VibesafeConfigurationError: if it is not installed; a gate is never skipped for want of its tool.
    """
    try:
        return importlib.metadata.version(tool)
    except importlib.metadata.PackageNotFoundError as error:
        raise VibesafeConfigurationError(
            Problem(f"gate {gate}", f"needs {tool}, which is not installed", "pip install 'hatch-vibesafe[dev]'")
        ) from error


version_of_batch = functools.cache(version)
"""The same, looked up once for the records of a whole batch, which begins with `version_of_batch.cache_clear()`."""


def run_module(tool: str, arguments: Sequence[str], cwd: Path, timeout: float, extra: Mapping[str, str]) -> ToolRun:
    """Run a tool as a module of the running interpreter, in `cwd`, with `extra` added to its environment."""
    return ended(start(["-m", tool, *arguments], subprocess.DEVNULL, cwd, extra), timeout)


def start(
    arguments: Sequence[str], stdin: int, cwd: Path | None = None, extra: Mapping[str, str] | None = None
) -> "subprocess.Popen[bytes]":
    """Start the running interpreter with only the environment that a tool needs, and `extra`."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return subprocess.Popen(  # noqa: S603 - a tool that was just found, with our own arguments
        [sys.executable, "-P", *arguments],
        cwd=cwd,
        env={**kept, "PYTHONUTF8": "1", **(extra or {})},
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for us: what is being judged is finished first
    )


def ended(process: "subprocess.Popen[bytes]", timeout: float, told: bytes | None = None) -> ToolRun:
    """Tell a tool that was started what it reads, and return what it gave; whoever takes too long is killed."""
    with process:
        try:
            output, error = process.communicate(told, timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            return ToolRun(None, "", "")
        except BaseException:
            process.kill()
            raise
    return ToolRun(process.returncode, output.decode("utf-8", "replace"), error.decode("utf-8", "replace"))


def judged(
    gate: str, tool: str, modules: Sequence[str], ask: Callable[[Sequence[str]], Reports | ToolRun]
) -> dict[str, Reports | Finding | Fault]:
    """Return, by module, what a tool reported on the batch that it stood in.

    Where the tool gives up on a batch, it is given nothing but an empty module: where that fails too, the fault is the
    tool's. Else the halves of the batch are judged: whoever makes it give up is refused alone.

    Args:
        gate: The gate.
        tool: The tool.
        modules: The names of the modules.
        ask: Returns what the tool reports on modules, or the run that failed.
    """
    reported = ask(modules)
    if not isinstance(reported, ToolRun):
        return dict.fromkeys(modules, reported)
    empty = ask((EMPTY,))
    if isinstance(empty, ToolRun):
        mend = f"mend what {tool} names (a full disk, or an option in gates.{tool}) and run the command again"
        fault = Fault((Problem(f"gate {gate}", f"could not judge: {tool} {empty.failure}", mend),))
        return dict.fromkeys(modules, fault)
    return _apart(gate, tool, modules, ask, reported)


def _apart(
    gate: str, tool: str, modules: Sequence[str], ask: Callable[[Sequence[str]], Reports | ToolRun], failed: ToolRun
) -> dict[str, Reports | Finding | Fault]:
    if len(modules) == 1:
        return dict.fromkeys(modules, Finding(gate, 0, f"could not be judged: {tool} {failed.failure}"))
    found: dict[str, Reports | Finding | Fault] = {}
    for half in (modules[: len(modules) // 2], modules[len(modules) // 2 :]):
        reported = ask(half)
        if isinstance(reported, ToolRun):
            found |= _apart(gate, tool, half, ask, reported)
        else:
            found |= dict.fromkeys(half, reported)
    return found
