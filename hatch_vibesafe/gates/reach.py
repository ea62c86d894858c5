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
from hatch_vibesafe.gates.ladder import Machine, Missing, Reach, failed, not_installed, not_there
from hatch_vibesafe.gates.portable import component
from hatch_vibesafe.gates.view import View, bare_view
from hatch_vibesafe.gates.warm import Warm
from hatch_vibesafe.gates.worker.landlock import version
from hatch_vibesafe.gates.worker.messages import framed
from hatch_vibesafe.sandbox_levels import CONFINED, ISOLATED, LIMITED, PORTABLE, UNCONFINED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hatch_vibesafe.gates.worker.messages import Shared

_SECONDS = 10.0
_NO_PROJECT: "Shared" = {"path": [], "modules": {}, "sources": {}, "names": {}, "implementations": {}}


def reach(config: SandboxConfig) -> Reach:
    """Return the level that this machine reaches, with what is missing for more.

    Raises:
        VibesafeConfigurationError: if the portable level is asked for, and its worker cannot be made.
    """
    return found_once(portable=config.min_sandbox == PORTABLE) if config.enabled else Reach(UNCONFINED)


@functools.cache
def found_once(*, portable: bool = False) -> Reach:
    """Return what the machine reaches, by a self-test of each level from the top; the first that holds counts.

    The portable level is looked for where a project asks for it, and nothing above it is reached.
    """
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
    if portable:
        broken = not_installed(component.lacking()) or tried(PORTABLE)
        if not broken:
            return Reach(PORTABLE, missing)
        missing += broken
    return Reach(LIMITED, missing)


def has_to_be_made(config: SandboxConfig) -> bool:
    """Return whether the portable level is what this machine reaches, and its worker is not there yet."""
    if not config.enabled or config.min_sandbox != PORTABLE or component.lacking() or component.is_made():
        return False
    return found_once().level == LIMITED


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
        files = level != PORTABLE
        test = {"files": files, "file": str(file), "home": str(Path.home()), "parent": os.getpid()}
        config = SandboxConfig(timeout=_SECONDS)
        begin = opening(level, config, seen, (), ("fs.write",)) + framed(json.dumps(_NO_PROJECT).encode())
        worker = Warm(command(level, config, seen), Path(directory), environment(), begin)
        try:
            content, ending = worker.ask(json.dumps(test).encode(), _SECONDS)
        finally:
            said = worker.close()
    return failed(level, decoded(content, ()), " ".join(f"{ending} {said}".split()) if ending else "")
