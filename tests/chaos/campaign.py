"""A compile that is killed again and again while its server is all chaos, and what has to hold in the end."""

import contextlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.chaos.server import ChaosServer

ROOT = Path(__file__).resolve().parents[2]
PER_MODULE = 10
_AT_ONCE = 0.25
"""The share of kills that may come before the first request of their run."""

_PYPROJECT = """\
[build-system]
requires = ["hatchling", "hatch-vibesafe"]
build-backend = "hatchling.build"

[project]
name = "units"
version = "1"
dependencies = ["vibesafe-runtime"]

[tool.hatch.build.hooks.vibesafe]

[tool.vibesafe.provider.default]
kind = "openai-compatible"
model = "asked"
base_url = "{url}"
seed = 1
timeout = 30
"""


@dataclass(slots=True)
class Campaign:
    """What happened.

    Attributes:
        kills: How many runs were killed.
        runs: How many there were.
        code: What the last one ended with.
        violations: What must not have happened, and did.
        settled: The questions with a recorded answer, and the model that the answer names.
        lost: Answers that were whole and that no run recorded, since it was killed with them on their way.
    """

    kills: int = 0
    runs: int = 0
    code: int = 1
    violations: list[str] = field(default_factory=list)
    settled: dict[str, str] = field(default_factory=dict)
    lost: int = 0


def write_project(root: Path, units: int, url: str) -> None:
    """Write a project of synthetic units."""
    package = root / "units"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("", encoding="utf-8")
    (root / "pyproject.toml").write_text(_PYPROJECT.format(url=url), encoding="utf-8")
    for first in range(0, units, PER_MODULE):
        stubs = "".join(_stub(number) for number in range(first, min(units, first + PER_MODULE)))
        text = f"from vibesafe_runtime import VibeCoded, vibesafe\n{stubs}"
        (package / f"m{first // PER_MODULE:03d}.py").write_text(text, encoding="utf-8")


def _stub(number: int) -> str:
    return (
        f'\n\n@vibesafe\ndef u{number}(x: int) -> int:\n    """Return x * 3 + {number}.\n\n'
        f"    >>> u{number}(1)\n    {3 + number}\n"
        f'    >>> u{number}(5)\n    {15 + number}\n    """\n    raise VibeCoded()\n'
    )


def run_campaign(root: Path, server: ChaosServer, *, seed: int, kills: int, every: float, jobs: int) -> Campaign:
    """Compile until it succeeds; `kills` runs are killed before, each within `every` seconds of its first request."""
    dice = random.Random(seed)  # noqa: S311 - to be the same again, not to be secret
    campaign = Campaign()
    while campaign.code and campaign.runs < 2 * kills + 10:
        server.run = campaign.runs = campaign.runs + 1
        seen = len(server.served)
        process = _start(root, "compile", "--jobs", str(jobs))
        if campaign.kills < kills:
            at_once = dice.random() < _AT_ONCE
            while not at_once and process.poll() is None and len(server.served) == seen:
                time.sleep(0.01)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(dice.uniform(0.05, every))
            if process.poll() is None:
                campaign.kills += 1
                # Alone, so that its workers have to notice by themselves, or the whole group at once.
                (os.kill if dice.random() < 0.5 else os.killpg)(process.pid, signal.SIGKILL)
        printed, _ = process.communicate(timeout=500)
        campaign.code = process.returncode
        if "Traceback" in printed:
            campaign.violations.append(f"run {campaign.runs} ended in a traceback:\n{printed[-2000:]}")
        _settle(campaign, root, server, seen)
    campaign.lost = _lost(campaign, server)
    return campaign


def run_command(root: Path, *arguments: str) -> tuple[int, str]:
    """Run a command of ours in the project; return its exit code and what it printed."""
    process = _start(root, *arguments)
    printed, _ = process.communicate(timeout=500)
    return process.returncode, printed


def _start(root: Path, *arguments: str) -> "subprocess.Popen[str]":
    variables = os.environ | {"PYTHONPATH": str(ROOT), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    return subprocess.Popen(
        [sys.executable, "-c", "from hatch_vibesafe.cli.main import main; main()", *arguments],
        cwd=root,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def _settle(campaign: Campaign, root: Path, server: ChaosServer, seen: int) -> None:
    """Hold what one run asked against what was recorded before it, and take note of what is recorded now."""
    asked = server.served[seen:]
    again = [served for served in asked if served.question in campaign.settled]
    campaign.violations += [f"asked again in run {served.run}: {served}" for served in again]
    twice = Counter(served.question for served in asked if served.whole)
    campaign.violations += [f"answered {count} times in one run: {it}" for it, count in twice.items() if count > 1]
    questions = {served.model: served.question for served in server.served}
    for model in recorded_models(root):
        question = questions[model]
        if campaign.settled.setdefault(question, model) != model:
            campaign.violations.append(f"recorded twice: {question}")


def recorded_models(root: Path) -> list[str]:
    """Return the models that the recorded answers name, one for each answer; each has to be readable."""
    files = (root / ".vibesafe" / "cache").glob("??/*.json")
    return [str(json.loads(file.read_text(encoding="utf-8"))["model"]) for file in sorted(files)]


def _lost(campaign: Campaign, server: ChaosServer) -> int:
    whole = [served for served in server.served if served.whole]
    return sum(campaign.settled.get(served.question) != served.model for served in whole)


def checkpoints(root: Path) -> dict[str, int]:
    """Return how many whole checkpoints with evidence each unit has."""
    found = (root / ".vibesafe" / "checkpoints").glob("*/*/*/evidence.toml")
    return Counter("/".join(file.parts[-4:-2]) for file in found)


def last_tries(root: Path) -> dict[str, int]:
    """Return how many requests the ledger tells of for the last run that sent any, by their outcomes."""
    with contextlib.closing(sqlite3.connect(root / ".vibesafe" / "runs.db")) as database:
        query = "SELECT outcome, count(*) FROM tries WHERE run = (SELECT max(run) FROM tries) GROUP BY 1"
        return dict(database.execute(query).fetchall())


def all_tries(root: Path) -> int:
    """Return how many requests the ledger tells of, of whatever run."""
    with contextlib.closing(sqlite3.connect(root / ".vibesafe" / "runs.db")) as database:
        (count,) = database.execute("SELECT count(*) FROM tries").fetchone()
        return int(count)


def ledger_damage(root: Path) -> Sequence[str]:
    """Return what is wrong with the ledger; nothing where there is none."""
    place = root / ".vibesafe" / "runs.db"
    if not place.exists():
        return []
    with contextlib.closing(sqlite3.connect(place)) as database:
        (whole,) = database.execute("PRAGMA integrity_check").fetchone()
        damage = [] if whole == "ok" else [str(whole)]
        damage += [f"dangling: {row}" for row in database.execute("PRAGMA foreign_key_check")]
        paid = "SELECT unit, request, count(*) FROM exchanges WHERE NOT recorded GROUP BY 1, 2 HAVING count(*) > 1"
        damage += [f"paid twice: {row}" for row in database.execute(paid)]
        passed = "SELECT unit, count(*) FROM steps WHERE outcome = 'passed' GROUP BY 1 HAVING count(*) > 1"
        damage += [f"passed twice: {row}" for row in database.execute(passed)]
    return damage
