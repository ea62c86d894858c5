"""Real problems and a local model: our loop, one greedy answer, plain resampling, and the loop of `vibesafe` 0.2.1.

All have the same loaded model, the same settings and the same budget of calls. The greedy answer and the resampling get
our words as a chat, our extraction and our gates; once with our repairs, so that what differs is how is asked, and once
with nothing put right. The rival is asked as it asks, over HTTP, and what it accepts is what passes its own gates. Unit
after unit is asked for in all ways, so that what is stopped is a comparison all the same.

usage: VIBESAFE_BENCHMARK_MODEL=/path/to/model.gguf [VIBESAFE_BENCHMARK_UNITS=12] [VIBESAFE_BENCHMARK_EVERY=1]
[VIBESAFE_BENCHMARK_ATTEMPTS=4] [VIBESAFE_BENCHMARK_WAYS="our loop;one greedy answer"]
[VIBESAFE_BENCHMARK_STATE=DIRECTORY] python3 benchmarks/run.py generation_models

The units are the first of every so many, the ways all unless some are named. With a directory what is known is kept
there and not asked again, as long as what asks for it is the same.
"""

import hashlib
import json
import math
import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.humaneval import keep_only, problems, write_project
from benchmarks.humaneval_models import PROVIDER
from benchmarks.measure import Row, clean_environment, print_rows

ROOT = Path(__file__).resolve().parents[1]
_HIDDEN_SECONDS = 20
_OURS, _RIVAL = "our loop", "vibesafe 0.2.1"
_PLAIN = ("one greedy answer", "plain resampling")
_WAYS = (_OURS, *_PLAIN, *(f"{way}, nothing put right" for way in _PLAIN), _RIVAL)


def main(our_python: Path, rival_python: Path) -> None:
    """Print what became of every unit, as soon as it is known, and the table.

    Raises:
        SystemExit: if no model is named, or a way that there is not.
    """
    model = os.environ.get("VIBESAFE_BENCHMARK_MODEL")
    if not model:
        raise SystemExit("generation_models: no model\n  mend: set VIBESAFE_BENCHMARK_MODEL to a GGUF file")
    count, every, attempts = (_number(name, usual) for name, usual in (("UNITS", 12), ("EVERY", 1), ("ATTEMPTS", 4)))
    ways = tuple(filter(None, os.environ.get("VIBESAFE_BENCHMARK_WAYS", "").split(";"))) or _WAYS
    if unknown := set(ways) - set(_WAYS):
        raise SystemExit(f"generation_models: no such way: {'; '.join(sorted(unknown))}\n  mend: {'; '.join(_WAYS)}")
    chosen = [problem["unit"] for problem in problems()[::every][:count]]
    with tempfile.TemporaryDirectory(prefix="vibesafe-benchmark-") as scratch:
        kept = Path(os.environ.get("VIBESAFE_BENCHMARK_STATE") or scratch) / "outcomes.jsonl"
        root = Path(scratch) / "project"
        write_project(root, PROVIDER.format(model=model, attempts=attempts))
        keep_only(root, set(chosen))
        known = {(told["unit"], told["way"]): told for told in _kept(kept, Path(model).name, attempts)}
        open_ones = [(unit, way) for unit in chosen for way in ways if (unit, way) not in known]
        for outcome in _asked(root, our_python, rival_python, open_ones):
            told = outcome | {"right": _is_right(our_python, outcome), **_asked_by(outcome["way"])}
            told |= {"model": Path(model).name, "attempts": attempts}
            known[outcome["unit"], outcome["way"]] = told
            _keep(kept, told)
            print(f"{told['unit']}: {told['way']}: {_fate(told)}, {told['calls']} calls", flush=True)
    whole = [unit for unit in chosen if all((unit, way) in known for way in ways)]
    tallies = {way: [known[unit, way] for unit in whole] for way in ways}
    print_rows(f"generation with {Path(model).name}, at most {attempts} calls a unit", _rows(tallies))


def _rows(tallies: dict[str, list[dict[str, object]]]) -> list[Row]:
    """Return the table's rows; the ratio is our loop's solved units divided by those of the way."""
    solved = {way: sum(_fate(each) == "solved" for each in told) for way, told in tallies.items()}
    rows = []
    for way, told in tallies.items():
        calls, tokens = (sum(int(str(each[name])) for each in told) for name in ("calls", "tokens"))
        each = max(1, solved[way])
        low, high = wilson(solved[way], len(told))
        false = sum(_fate(each) == "false" for each in told)
        share = f"{solved[way]} of {len(told)} ({low:.0%} to {high:.0%}), {false} false"
        price = f"{calls} calls, {calls / each:.1f} calls and {tokens / each:.0f} tokens a solved unit"
        ratio = None if way == _OURS or _OURS not in solved or not solved[way] else solved[_OURS] / solved[way]
        rows.append(Row(f"{way}: solved (gates and hidden check)", share, price, ratio))
    return rows


def wilson(successes: int, count: int) -> tuple[float, float]:
    """Return the interval that a share lies in with a probability of 95 % (Wilson, 1927)."""
    if not count:
        return 0.0, 1.0
    z = 1.96
    share = successes / count
    middle = share + z * z / (2 * count)
    reach = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return max(0.0, (middle - reach) / (1 + z * z / count)), min(1.0, (middle + reach) / (1 + z * z / count))


def _number(name: str, usual: int) -> int:
    return int(os.environ.get(f"VIBESAFE_BENCHMARK_{name}", usual))


def _fate(told: dict[str, object]) -> str:
    return "-" if told["accepted"] is None else "solved" if told["right"] else "false"


def _asked_by(way: object) -> dict[str, str]:
    """Return what must be the same for an outcome to count again: the prompts, and all that asks and puts right."""
    asking = [*sorted((ROOT / "prompts").glob("*.j2")), *sorted((ROOT / "hatch_vibesafe" / "generate").rglob("*.py"))]
    places = [] if way == _RIVAL else asking
    return {"asked_by": hashlib.sha256(b"\0".join(place.read_bytes() for place in places)).hexdigest()}


def _kept(place: Path, model: str, attempts: int) -> Iterator[dict[str, object]]:
    wanted = {way: {"model": model, "attempts": attempts, **_asked_by(way)} for way in _WAYS}
    lines: Sequence[str] = place.read_text(encoding="utf-8").splitlines() if place.exists() else ()
    for line in lines:
        told = json.loads(line)
        if told.items() >= wanted[told["way"]].items():
            yield told


def _keep(place: Path, told: dict[str, object]) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("a", encoding="utf-8") as file:
        file.write(f"{json.dumps(told)}\n")


def _asked(root: Path, python: Path, rival_python: Path, wanted: list[tuple[str, str]]) -> Iterator[dict[str, object]]:
    """Yield the outcomes of units and ways, each when it is known; whoever interrupts has those until then."""
    if not wanted:
        return
    command = [str(python), "-m", "benchmarks.model_ways", str(root), str(rival_python)]
    environment = clean_environment(PYTHONPATH=str(ROOT))
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as asking:
        if asking.stdin is None or asking.stdout is None:
            raise RuntimeError("a pipe was asked for")
        asking.stdin.write(json.dumps(wanted))
        asking.stdin.close()
        for line in asking.stdout:
            yield json.loads(line)
    if asking.returncode:
        raise RuntimeError(f"the asking ended with {asking.returncode}")


def _is_right(python: Path, outcome: dict[str, object]) -> bool:
    """Return whether the hidden check finds an accepted implementation right."""
    if outcome["accepted"] is None:
        return False
    problem = next(problem for problem in problems() if problem["unit"] == outcome["unit"])
    source = f"{outcome['accepted']}\n\n{problem['check']}\n\ncheck({problem['function']})\n"
    try:
        done = subprocess.run(
            [python, "-c", source], env=clean_environment(), capture_output=True, timeout=_HIDDEN_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0
