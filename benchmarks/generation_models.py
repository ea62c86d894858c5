"""Real problems and a local model: our loop, one greedy answer, plain resampling, and the loop of `vibesafe` 0.2.1.

All have the same loaded model, the same settings and the same budget of calls. The greedy answer and the resampling get
our words as a chat, and our extraction, repairs and gates: what differs is how is asked. The rival is asked as it asks,
over HTTP, and what it accepts is what passes its own gates.
usage: VIBESAFE_BENCHMARK_MODEL=/path/to/model.gguf [VIBESAFE_BENCHMARK_UNITS=12] python3 benchmarks/run.py
generation_models
"""

import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.humaneval import keep_only, problems, write_project
from benchmarks.humaneval_models import PROVIDER
from benchmarks.measure import Row, clean_environment, print_rows
from benchmarks.model_face import face
from benchmarks.systems import OUR_HEADER, RIVAL_CONFIGURATION, RIVAL_HEADER, System

if TYPE_CHECKING:
    from hatch_vibesafe.project import Project
    from hatch_vibesafe.spec.model import Scan

ATTEMPTS = 4
ROOT = Path(__file__).resolve().parents[1]
_HIDDEN_SECONDS = 20
_ASK = "from benchmarks import generation_models; import sys; generation_models.ask_all(*sys.argv[1:])"
_OURS = "our loop"
_RIVAL_SECONDS = 300
"""So that the rival, too, waits for an answer that is written slowly."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What one way of asking came to: the implementations that passed every gate, by unit, and the price."""

    accepted: dict[str, str]
    calls: int
    tokens: int


def main(our_python: Path, rival_python: Path) -> None:
    """Print the table.

    Raises:
        SystemExit: if no model is named.
    """
    model = os.environ.get("VIBESAFE_BENCHMARK_MODEL")
    if not model:
        raise SystemExit("generation_models: no model\n  mend: set VIBESAFE_BENCHMARK_MODEL to a GGUF file")
    count = int(os.environ.get("VIBESAFE_BENCHMARK_UNITS", "12"))
    chosen = [problem["unit"] for problem in problems()[:count]]
    with tempfile.TemporaryDirectory(prefix="vibesafe-benchmark-") as scratch:
        root = Path(scratch) / "project"
        write_project(root, PROVIDER.format(model=model, attempts=ATTEMPTS))
        keep_only(root, set(chosen))
        asking = subprocess.run(
            [our_python, "-c", _ASK, root, rival_python],
            cwd=ROOT,
            env=clean_environment(PYTHONPATH=str(ROOT)),
            stdout=subprocess.PIPE,
            check=True,
        )
        tallies = {name: Tally(**told) for name, told in json.loads(asking.stdout).items()}
        right = {name: _right(our_python, tally.accepted) for name, tally in tallies.items()}
    for unit in chosen:
        print(unit, "; ".join(f"{name}: {_fate(unit, tallies[name], right[name])}" for name in tallies))
    solved = {name: len(units) for name, units in right.items()}
    ours = solved[_OURS]
    rows = []
    for name, tally in tallies.items():
        each = max(1, solved[name])
        what = f"{tally.calls} calls, {tally.calls / each:.1f} calls and {tally.tokens / each:.0f} tokens a solved unit"
        false = len(tally.accepted) - solved[name]
        ratio = None if name == _OURS or not solved[name] else ours / solved[name]
        low, high = wilson(solved[name], count)
        share = f"{solved[name]} of {count} ({low:.0%} to {high:.0%}), {false} false"
        rows.append(Row(f"{name}: solved (gates and hidden check)", share, what, ratio))
    print_rows(f"generation with {Path(model).name}, at most {ATTEMPTS} calls a unit; ratio: our loop's solved", rows)


def wilson(successes: int, count: int) -> tuple[float, float]:
    """Return the interval that a share lies in with a probability of 95 % (Wilson, 1927)."""
    z = 1.96
    share = successes / count
    middle = share + z * z / (2 * count)
    reach = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return max(0.0, (middle - reach) / (1 + z * z / count)), min(1.0, (middle + reach) / (1 + z * z / count))


def _fate(unit: str, tally: Tally, right: set[str]) -> str:
    return "solved" if unit in right else "false" if unit in tally.accepted else "-"


def ask_all(root: str, rival_python: str) -> None:
    """Ask in all four ways, in one process and with one loaded model, and print the tallies as JSON."""
    from hatch_vibesafe.project import open_project, scan_project  # noqa: PLC0415 - in the environment under test alone

    project = open_project(Path(root))
    scan = scan_project(project)
    ways: dict[str, Callable[[], Tally]] = {
        _OURS: lambda: _loop(project, scan),
        "one greedy answer": lambda: _plain(project, scan, attempts=1, temperature=0.0),
        "plain resampling": lambda: _plain(project, scan, attempts=ATTEMPTS, temperature=0.7),
        "vibesafe 0.2.1": lambda: _rival(project, Path(root).with_name("rival"), Path(rival_python)),
    }
    tallies: dict[str, Tally] = {}
    for name, way in ways.items():
        tallies[name] = tally = way()
        # Each takes minutes: whoever has to stop has what is done.
        print(f"{name}: {tally.calls} calls, {tally.tokens} tokens, passed {[*tally.accepted]}", file=sys.stderr)
    print(json.dumps({name: asdict(tally) for name, tally in tallies.items()}))


def _loop(project: "Project", scan: "Scan") -> Tally:
    from hatch_vibesafe.generate.compile import CompileOptions, compile_units  # noqa: PLC0415 - as above
    from hatch_vibesafe.generate.events import Answered, Event  # noqa: PLC0415 - as above
    from hatch_vibesafe.store.checkpoints import read_checkpoint  # noqa: PLC0415 - as above

    events: list[Event] = []
    results = compile_units(project, scan, scan.specs, CompileOptions(jobs=1), events.append)
    answered = [event for event in events if isinstance(event, Answered)]
    accepted = {
        str(each.unit): read_checkpoint(project.checkpoints_path, each.unit, each.checkpoint).implementation.decode()
        for each in results
        if each.checkpoint is not None
    }
    return Tally(accepted, len(answered), sum(each.input_tokens + each.output_tokens for each in answered))


def _plain(project: "Project", scan: "Scan", *, attempts: int, temperature: float) -> Tally:
    from hatch_vibesafe.gates.context import GateContext  # noqa: PLC0415 - as above
    from hatch_vibesafe.gates.run import judge_each  # noqa: PLC0415 - as above
    from hatch_vibesafe.gates.verdict import Candidate  # noqa: PLC0415 - as above
    from hatch_vibesafe.generate.compose import compose_all  # noqa: PLC0415 - as above
    from hatch_vibesafe.generate.prompt import build_prompt  # noqa: PLC0415 - as above
    from hatch_vibesafe.generate.providers.open import open_provider  # noqa: PLC0415 - as above

    config = project.config.providers[0]
    provider, context = open_provider(config, project.root), GateContext(project, scan, {})
    accepted: dict[str, str] = {}
    calls = tokens = 0
    for sample in range(attempts):
        texts = []
        for spec in [spec for spec in scan.specs if str(spec.unit) not in accepted]:
            sent = dict(spec.settings.sent) | {"temperature": temperature}
            prompt = build_prompt(spec, None, continues=False, sample=sample, sent=tuple(sorted(sent.items())))
            answer = provider.ask(prompt.request)
            calls, tokens = calls + 1, tokens + answer.input_tokens + answer.output_tokens
            texts.append((spec, answer.text))
        made = [each.implementation for each in compose_all(texts, markdown=True)]
        candidates = [Candidate(spec, code) for (spec, _), code in zip(texts, made, strict=True)]
        for candidate, verdict in zip(candidates, judge_each(candidates, context), strict=True):
            if verdict.passed and not verdict.faults:
                accepted[str(candidate.spec.unit)] = candidate.implementation.decode()
    return Tally(accepted, calls, tokens)


def _rival(project: "Project", root: Path, python: Path) -> Tally:
    from hatch_vibesafe.generate.providers.open import open_provider  # noqa: PLC0415 - as above

    config = project.config.providers[0]
    package = root / "problems"
    shutil.copytree(project.root / "problems", package)
    for place in package.glob("he_*.py"):
        source = place.read_text(encoding="utf-8").replace(OUR_HEADER.strip(), RIVAL_HEADER.strip())
        place.write_text(source, encoding="utf-8")
    with face(open_provider(config, project.root), config.sent, ATTEMPTS) as asked:
        configuration = RIVAL_CONFIGURATION.format(url=asked.url).replace("timeout = 30", f"timeout = {_RIVAL_SECONDS}")
        (root / "vibesafe.toml").write_text(configuration, encoding="utf-8")
        command = System(python, root).command("compile", "--workers", "1", "--max-iterations", str(ATTEMPTS))
        done = subprocess.run(
            [str(part) for part in command.command],
            cwd=root,
            env=dict(command.environment),
            capture_output=True,
            text=True,
            check=False,
        )
    if not asked.calls:
        raise RuntimeError(f"vibesafe 0.2.1 asked nothing: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return Tally(_accepted_by_rival(root), sum(asked.calls.values()), asked.tokens)


def _accepted_by_rival(root: Path) -> dict[str, str]:
    """Return what is active at the rival's: it writes a unit into its index when its tests passed."""
    index = root / ".vibesafe" / "index.toml"
    active = tomllib.loads(index.read_text(encoding="utf-8")) if index.exists() else {}
    found: dict[str, str] = {}
    for problem in problems():
        if problem["unit"] in active:
            places = (root / ".vibesafe" / "checkpoints").rglob(f"{problem['function']}/*/impl.py")
            found[problem["unit"]] = next(iter(places)).read_text(encoding="utf-8")
    return found


def _right(python: Path, accepted: dict[str, str]) -> set[str]:
    """Return the units whose implementations their hidden checks find right."""
    checks = {problem["unit"]: problem for problem in problems()}
    return {unit for unit, code in accepted.items() if _is_right(python, code, checks[unit])}


def _is_right(python: Path, code: str, problem: dict[str, str]) -> bool:
    source = f"{code}\n\n{problem['check']}\n\ncheck({problem['function']})\n"
    try:
        done = subprocess.run(
            [python, "-c", source], env=clean_environment(), capture_output=True, timeout=_HIDDEN_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0
