"""Runs ruff and mypy: said to be missing where they are, bounded in time, with only the environment they need."""

import importlib.metadata
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hatch_vibesafe.problems import Problem, VibesafeConfigurationError

_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "USERPROFILE", "VIRTUAL_ENV")


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


def run_module(tool: str, arguments: Sequence[str], cwd: Path, timeout: float, extra: Mapping[str, str]) -> ToolRun:
    """Run a tool as a module of the running interpreter, in `cwd`, with `extra` added to its environment."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    try:
        done = subprocess.run(  # noqa: S603 - a tool that was just found, with our own arguments
            [sys.executable, "-P", "-m", tool, *arguments],
            cwd=cwd,
            env={**kept, "PYTHONUTF8": "1", **extra},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return ToolRun(None, "", "")
    return ToolRun(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))
