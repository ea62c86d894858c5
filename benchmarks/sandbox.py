"""What confining costs: the examples of one small candidate at each level, alone and as one of a hundred."""

import json
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.measure import Row, clean_environment, milliseconds, print_rows

BATCH = 100
ROUNDS = 5
MOST = 0.010

STUB = '''
from vibesafe_runtime import VibeCoded, vibesafe


@vibesafe
def double(n: int) -> int:
    """Twice a number.

    >>> double(2)
    4
    >>> double(3)
    6
    """
    raise VibeCoded()
'''
MEASURE = """
import json, sys, time
from pathlib import Path
from hatch_vibesafe.gates import doctests, sandbox
from hatch_vibesafe.gates.context import GateContext
from hatch_vibesafe.gates.ladder import Reach
from hatch_vibesafe.gates.portable import component
from hatch_vibesafe.gates.reach import found_once
from hatch_vibesafe.gates.surroundings import surroundings
from hatch_vibesafe.gates.verdict import Candidate
from hatch_vibesafe.project import open_project, scan_project
from hatch_vibesafe.sandbox_levels import LEVELS
batch, rounds = int(sys.argv[1]), int(sys.argv[2])
started = time.perf_counter()
reached = found_once()
times = {"self-test": time.perf_counter() - started}
project = open_project(Path.cwd())
scan = scan_project(project)
context = GateContext(project, scan, {})
around = surroundings(context, scan.specs)
candidate = Candidate(scan.specs[0], b"def double(n: int) -> int:\\n    return n * 2\\n")
sandbox.refusal = lambda *_: ()
lacking = {"L1"} if component.lacking() else set()
if not lacking:
    component.make()
for level in [each for each in ("L0", "L1", "L2", "L3") if LEVELS.index(each) <= LEVELS.index(reached.level)]:
    if level in lacking:
        continue
    sandbox.reach = lambda _: Reach(level)
    for count in (1, batch):
        best = []
        for _ in range(rounds):
            started = time.perf_counter()
            opinions = doctests.check([candidate] * count, context, around, sandbox.Sandbox(project.config.sandbox))
            best.append(time.perf_counter() - started)
            assert set(opinions) == {()}
        times[f"{level} {count}"] = sorted(best)[rounds // 2] / count
print(json.dumps(times))
"""
PYTEST = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "--doctest-modules", "plain.py"]


def main(our_python: Path, _rival_python: Path) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory(prefix="vibesafe-benchmark-") as scratch:
        work = Path(scratch)
        (work / "vibesafe.toml").write_text("", encoding="utf-8")
        (work / "app").mkdir()
        (work / "app" / "__init__.py").write_text("", encoding="utf-8")
        (work / "app" / "numbers.py").write_text(STUB, encoding="utf-8")
        plain = STUB.partition("@vibesafe\n")[2].replace("raise VibeCoded()", "return n * 2")
        (work / "plain.py").write_text(plain, encoding="utf-8")
        command = [str(our_python), "-c", MEASURE, str(BATCH), str(ROUNDS)]
        done = subprocess.run(command, cwd=work, env=clean_environment(), capture_output=True, text=True, check=True)
        times: dict[str, float] = json.loads(done.stdout)
        peer = pytest_time(our_python, work)
    rows = [Row("the self-test of the sandbox, once a run", milliseconds(times.pop("self-test")), "", None)]
    for name, seconds in times.items():
        level, count = name.split()
        what = f"level {level}, one candidate" if count == "1" else f"level {level}, each of {count} candidates"
        rows.append(Row(what, milliseconds(seconds), f"pytest --doctest-modules {milliseconds(peer)}", seconds / peer))
        if count != "1":
            rows.append(Row(what, milliseconds(seconds), f"at most {milliseconds(MOST)}", seconds / MOST))
    print_rows("sandbox", rows)


def pytest_time(python: Path, work: Path) -> float:
    """Return the median time of a fresh interpreter with pytest over the same examples."""
    taken = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        subprocess.run([python, *PYTEST], cwd=work, env=clean_environment(), capture_output=True, check=True)
        taken.append(time.perf_counter() - started)
    return sorted(taken)[ROUNDS // 2]
