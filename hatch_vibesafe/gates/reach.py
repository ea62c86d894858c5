"""Finds out, once a run, how far this machine confines: looks what there is, and tries it."""

import functools
import json
import os
import platform
import shutil
import sys
import tempfile
from pathlib import Path

from hatch_vibesafe.config import SandboxConfig
from hatch_vibesafe.gates.bubblewrap import PROGRAM
from hatch_vibesafe.gates.confined import command, decoded, environment, opening
from hatch_vibesafe.gates.ladder import Machine, Missing, Reach, failed, not_there
from hatch_vibesafe.gates.view import View, bare_view
from hatch_vibesafe.gates.warm import Warm
from hatch_vibesafe.gates.worker.landlock import version
from hatch_vibesafe.sandbox_levels import CONFINED, ISOLATED, LIMITED, UNCONFINED

_SECONDS = 10.0


def reach(config: SandboxConfig) -> Reach:
    """Return the level that this machine reaches, with what is missing for more."""
    return found_once() if config.enabled else Reach(UNCONFINED)


@functools.cache
def found_once() -> Reach:
    """Return what the machine reaches, by a self-test of each level from the top; the first that holds counts."""
    here = machine()
    missing = not_there(here)
    lacking = {each.level for each in missing}
    if CONFINED not in lacking:
        for level in (ISOLATED, CONFINED):
            if level not in lacking:
                broken = tried(level)
                if not broken:
                    return Reach(level, missing)
                missing += broken
    return Reach(LIMITED, missing)


def machine() -> Machine:
    """Return what there is to confine with."""
    is_linux = sys.platform == "linux"
    return Machine(sys.platform, platform.machine(), version() if is_linux else 0, shutil.which(PROGRAM))


def tried(level: str) -> tuple[Missing, ...]:
    """Return what does not hold of a level: an honest thing has to work, and the attacks of the self-test have not."""
    with (
        tempfile.TemporaryDirectory(prefix="vibesafe-") as directory,
        tempfile.TemporaryDirectory(prefix="vibesafe-outside-") as outside,
    ):
        file = Path(outside) / "file"
        file.touch()
        file.chmod(0o666)
        file.parent.chmod(0o777)
        seen: View = bare_view()
        test = {"file": str(file), "home": str(Path.home()), "parent": os.getpid()}
        begin = opening(level, SandboxConfig(timeout=_SECONDS), seen, (), ("fs.write",)) + b"\0\0\0\2{}"
        worker = Warm(command(level, seen), Path(directory), environment(), begin)
        try:
            content, ending = worker.ask(json.dumps(test).encode(), _SECONDS)
        finally:
            said = worker.close()
    return failed(level, decoded(content, ()), " ".join(f"{ending} {said}".split()) if ending else "")
