"""Real problems and a local model: our loop, one greedy answer, and plain resampling with as many calls.

The two others get the same words as a chat, the same extraction, repairs and gates: what differs is how is asked.
usage: VIBESAFE_BENCHMARK_MODEL=/path/to/model.gguf [VIBESAFE_BENCHMARK_UNITS=12] python3 benchmarks/run.py
generation_models
"""

import json
import os
import subprocess
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.humaneval import keep_only, problems, write_project
from benchmarks.humaneval_models import PROVIDER
from benchmarks.measure import Row, clean_environment, print_rows

if TYPE_CHECKING:
    from hatch_vibesafe.project import Project
    from hatch_vibesafe.spec.model import Scan

ATTEMPTS = 4
ROOT = Path(__file__).resolve().parents[1]
_HIDDEN_SECONDS = 20
_ASK = "from benchmarks import generation_models; import sys; generation_models.ask_all(sys.argv[1])"


@dataclass(frozen=True, slots=True)
class Tally:
    """What one way of asking came to: the implementations that passed every gate, by unit, and the price."""

    accepted: dict[str, str]
    calls: int
    tokens: int


def main(our_python: Path, _rival_python: Path) -> None:
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
            [our_python, "-c", _ASK, root],
            cwd=ROOT,
            env=clean_environment(PYTHONPATH=str(ROOT)),
            stdout=subprocess.PIPE,
            check=True,
        )
        tallies = {name: Tally(**told) for name, told in json.loads(asking.stdout).items()}
        solved = {name: _solved(our_python, tally.accepted) for name, tally in tallies.items()}
    ours = solved["our loop"]
    rows = []
    for name, tally in tallies.items():
        each = max(1, solved[name])
        what = f"{tally.calls} calls, {tally.calls / each:.1f} calls and {tally.tokens / each:.0f} tokens a solved unit"
        false = len(tally.accepted) - solved[name]
        ratio = None if name == "our loop" or not solved[name] else ours / solved[name]
        rows.append(
            Row(f"{name}: solved (gates and hidden check)", f"{solved[name]} of {count}, {false} false", what, ratio)
        )
    print_rows(f"generation with {Path(model).name}, at most {ATTEMPTS} calls a unit; ratio: our loop's solved", rows)


def ask_all(root: str) -> None:
    """Ask in all three ways, in one process and with one loaded model, and print the tallies as JSON."""
    from hatch_vibesafe.project import open_project, scan_project  # noqa: PLC0415 - in the environment under test alone

    project = open_project(Path(root))
    scan = scan_project(project)
    tallies = {
        "our loop": _loop(project, scan),
        "one greedy answer": _plain(project, scan, attempts=1, temperature=0.0),
        "plain resampling": _plain(project, scan, attempts=ATTEMPTS, temperature=0.7),
    }
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


def _solved(python: Path, accepted: dict[str, str]) -> int:
    """Return how many implementations their hidden checks find right."""
    checks = {problem["unit"]: problem for problem in problems()}
    return sum(_is_right(python, code, checks[unit]) for unit, code in accepted.items())


def _is_right(python: Path, code: str, problem: dict[str, str]) -> bool:
    source = f"{code}\n\n{problem['check']}\n\ncheck({problem['function']})\n"
    try:
        done = subprocess.run(
            [python, "-c", source], env=clean_environment(), capture_output=True, timeout=_HIDDEN_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0
