"""What a hostile candidate does is stopped, for root and for an ordinary user; where nothing stops it, it works."""

import functools
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from hatch_vibesafe.gates.reach import found_once
from hatch_vibesafe.sandbox_levels import reaches

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="confines on Linux")

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CANNOT = 77
# A kernel or a container can forbid these to everybody: then there is nothing to stop.
FORBIDDEN_HERE_PERHAPS = {"a user namespace", "ptrace", "read another process's memory", "keys of the kernel"}


@dataclass(frozen=True)
class Run:
    """What `run_attacks.py` printed."""

    uid: int
    said: dict[str, str]
    control: dict[str, bool]
    files: tuple[str, ...]
    mtime: int


@functools.cache
def attacked(user: str, level: str) -> Run:
    if not reaches(found_once().level, level):
        pytest.skip(found_once().notice)
    if os.geteuid() != 0 and user == "root":
        pytest.skip("only root can be root")
    command = [sys.executable, str(HERE / "run_attacks.py"), level]
    if os.geteuid() == 0 and user == "ordinary":
        paths = [sys.base_prefix, sys.prefix, str(ROOT)]
        command = [sys.executable, str(HERE / "ordinary_user.py"), *paths, "--", *command]
    environment = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1", "HOME": "/"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env=environment)
    if done.returncode == CANNOT:
        pytest.skip("no ordinary user can reach the interpreter, and nothing can be mounted here")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    untouched = found["untouched"]
    return Run(found["uid"], found["said"], found["control"], tuple(untouched["files"]), untouched["mtime"])


@pytest.mark.parametrize("level", ["L2", "L3"])
@pytest.mark.parametrize("user", ["root", "ordinary"])
@pytest.mark.xdist_group("sandbox attacks")
def test_every_attack_is_stopped_and_works_where_nothing_stops_it(user: str, level: str) -> None:
    run = attacked(user, level)
    assert (run.uid == 0) == (user == "root")
    assert run.said.pop("honest") == ""
    assert [name for name, said in run.said.items() if "GOT THROUGH" in said] == []
    assert [name for name, said in run.said.items() if not said or said == "FAULT"] == []
    assert {name for name, works in run.control.items() if not works} <= FORBIDDEN_HERE_PERHAPS
    assert len(run.control) >= 24
    assert run.files == (
        "home/.ssh/id",
        "outside/file",
        "outside/moved",
        "project/.vibesafe/index.toml",
        "project/app/__init__.py",
        "project/app/numbers.py",
        "project/vibesafe.toml",
    )
    assert run.mtime > 1
