"""Rendering a template from nothing but the texts that a spec holds: ours here, any other in a bounded process."""

import atexit
import contextlib
import json
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace

from hatch_vibesafe.generate import template_worker
from hatch_vibesafe.generate.template_worker import Answer, Texts, rendered
from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.problems import Problem, VibesafeConfigurationError
from hatch_vibesafe.spec.model import Reference, UnitSettings
from hatch_vibesafe.spec.normalise import normalise_newlines
from hatch_vibesafe.templates import is_ours
from hatch_vibesafe.unexpected import reason

SECONDS = 5.0
"""Of processor time, for one template."""

_MOST_ENDED = 3
"""How often a template may end the process that renders it: a thousand units with it would take hours."""

_PATIENCE = 120.0
"""Seconds after which a template is given up, whatever the machine is busy with."""

_REMEDY = "mend the template; docs/prompts.md and the top of ours (prompts/base.j2) tell its variables and blocks"


def render(settings: UnitSettings, unit: UnitId, variables: Mapping[str, object]) -> str:
    """Return what a unit's template makes of its variables.

    Raises:
        VibesafeConfigurationError: if it cannot be rendered, or takes too much time or memory; the problem names the
            template, and the line where it is known.
    """
    return render_text(
        settings.template, (*settings.template_chain, (settings.template, settings.template_content)), unit, variables
    )


def render_text(name: str, texts: Texts, unit: UnitId, variables: Mapping[str, object]) -> str:
    """Return what the template of that name makes of its variables, given the texts of all that it refers to.

    Raises:
        VibesafeConfigurationError: as `render` does.
    """
    plain = tuple((each, normalise_newlines(text)) for each, text in texts)
    if all(is_ours(each, text) for each, text in texts):
        answer = rendered(name, plain, variables)
    else:
        answer = _BESIDE.rendered(name, plain, {key: _plain(value) for key, value in variables.items()})
    said, wrong, line = answer
    if not wrong:
        return said
    at = f", line {line}" if line else ""
    where = f"template {wrong!r}{at}, for {unit}"
    raise VibesafeConfigurationError(Problem(where, f"cannot be rendered: {said}", _REMEDY))


def _plain(value: object) -> object:
    """Return a variable as it can be told to a process that knows nothing of ours."""
    if isinstance(value, Reference):
        return SimpleNamespace(module=value.module, name=value.name, source=value.source, direct=value.direct)
    return [_plain(each) for each in value] if isinstance(value, list) else value


class _Beside:
    """The process that renders, started with the first template and kept. Used from several threads, one at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._ended: Counter[tuple[str, Texts]] = Counter()

    def rendered(self, name: str, texts: Texts, variables: Mapping[str, object]) -> Answer:
        """Return what the process answers; what ended it, where it does not."""
        request = pickle.dumps((name, texts, dict(variables), SECONDS))
        with self._lock:
            if self._ended[name, texts] >= _MOST_ENDED:
                return f"it takes too much time or memory, and is not tried again after {_MOST_ENDED} units", name, 0
            try:
                process = self._process = self._process or _started()
            except OSError as error:
                return f"the process that renders it cannot be started: {error.strerror or reason(error)}", name, 0
            line = _asked(process, request)
            if line.endswith(b"\n"):
                said, wrong, number = json.loads(line)
                return str(said), str(wrong), int(number)
            self._process = None
            self._ended[name, texts] += 1
        with process:  # it has ended, or is about to
            process.kill()
        out_of_time = -signal.SIGPROF if sys.platform != "win32" else None
        if process.returncode in {out_of_time, -9}:
            return f"it takes more than {SECONDS:g} s of processor time, or too much memory", name, 0
        return f"the process that renders it ended with {process.returncode}", name, 0

    def close(self) -> None:
        """End the process."""
        with self._lock:
            process, self._process = self._process, None
        if process is not None:
            with process:
                process.kill()


def _started() -> "subprocess.Popen[bytes]":
    # `-P`: what lies beside the program must not take the place of what is installed. No key is in its environment.
    kept = {name: os.environ[name] for name in ("PYTHONPATH", "SYSTEMROOT") if name in os.environ}
    return subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-P", str(Path(template_worker.__file__))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=kept,
        start_new_session=True,  # Ctrl-C is for us
    )


def _asked(process: "subprocess.Popen[bytes]", request: bytes) -> bytes:
    """Return the line that the process answers; one without an end where it has ended instead."""
    late = threading.Timer(_PATIENCE, process.kill)
    late.start()
    try:
        if process.stdin is None or process.stdout is None:
            raise ValueError("it was started with pipes")
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(request)
            process.stdin.flush()
        return process.stdout.readline()
    finally:
        late.cancel()


_BESIDE = _Beside()
atexit.register(_BESIDE.close)
