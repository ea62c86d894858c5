"""mypy, started while answers are on their way: importing it takes longer than judging a few candidates with it."""

import contextlib
import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from hatch_vibesafe.gates.tools import ToolRun, ended, run_module, start, version
from hatch_vibesafe.problems import VibesafeError

_MYPY = "mypy"
_GATE = "types"
_WAITS = """\
import json, os, sys
from mypy.__main__ import console_entry
told = json.load(sys.stdin)
os.chdir(told["directory"])
os.environ.update(told["environment"])
sys.argv[1:] = told["arguments"]
console_entry()
"""


class StartedMypy:
    """A process of mypy, if one was begun, that has imported everything and waits to be told what to judge."""

    def __init__(self) -> None:
        self._waiting: subprocess.Popen[bytes] | None = None
        self._version = ""

    def begin(self) -> None:
        """Start mypy, unless one is waiting. What goes wrong here is said of a batch."""
        if self._waiting is None:
            with contextlib.suppress(VibesafeError, OSError):
                self._version = version(_MYPY, _GATE)
                self._waiting = start(["-c", _WAITS], subprocess.PIPE)

    def run(self, arguments: Sequence[str], cwd: Path, timeout: float, extra: Mapping[str, str]) -> ToolRun:
        """Return what `run_module` returns of mypy, sooner where one waits and is what is installed now."""
        process, self._waiting = self._waiting, None
        if process is None:
            return run_module(_MYPY, arguments, cwd, timeout, extra)
        if process.poll() is not None or self._version != version(_MYPY, _GATE):
            _kill(process)
            return run_module(_MYPY, arguments, cwd, timeout, extra)
        told = {"directory": os.fspath(cwd), "environment": dict(extra), "arguments": list(arguments)}
        return ended(process, timeout, json.dumps(told).encode())

    def close(self) -> None:
        """End the one that waits."""
        process, self._waiting = self._waiting, None
        if process is not None:
            _kill(process)


def _kill(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.communicate()
