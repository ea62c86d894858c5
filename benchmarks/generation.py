"""What `compile` costs beside its gates and its server: overhead a unit, units a second, and waiting at once."""

import json
import math
import shutil
import subprocess
import tempfile
from pathlib import Path

from benchmarks.measure import Row, Variant, clean_environment, milliseconds, print_rows, run
from benchmarks.synthetic import answering, write_package
from benchmarks.systems import OUR_HEADER, OUR_PYPROJECT, RIVAL_CONFIGURATION, RIVAL_HEADER, System

COUNT = 100
ROUNDS = 3
RIVAL_WORKERS = 8
"""With which it is quickest on two cores."""

LATENCY = 2.0
JOBS = 32

# All of a compile but Python's start and the imports; the gates' share is timed where the loop calls them.
OVERHEAD = """
import json, sys, time
from pathlib import Path
from hatch_vibesafe.generate import judging
from hatch_vibesafe.generate.compile import CompileOptions, compile_units
from hatch_vibesafe.project import open_project, scan_project

spent = []
judge_each = judging.judge_each

def timed(candidates, context):
    started = time.perf_counter()
    verdicts = judge_each(candidates, context)
    spent.append(time.perf_counter() - started)
    return verdicts

judging.judge_each = timed
project = open_project(Path.cwd())
scan = scan_project(project)
import httpx2
started = time.perf_counter()
results = compile_units(project, scan, scan.specs, CompileOptions(jobs=int(sys.argv[1])), lambda event: None)
took = time.perf_counter() - started
print(json.dumps({"all": took, "gates": sum(spent), "passed": sum(each.outcome == "passed" for each in results)}))
"""


def main(our_python: Path, rival_python: Path) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory(prefix="vibesafe-benchmark-") as scratch:
        with answering() as url:
            mine, theirs = _ours(our_python, Path(scratch) / "ours", url), _rival(rival_python, Path(scratch), url)
            overhead = min(_overhead(mine) for _ in range(ROUNDS))
            # In turn, so that what else the machine does slows both.
            rounds = [
                (
                    _fresh(mine, "compile", "--jobs", "8"),
                    _fresh(theirs, "compile", "--workers", str(RIVAL_WORKERS)),
                )
                for _ in range(ROUNDS)
            ]
        ours, rival = (min(taken) for taken in zip(*rounds, strict=True))
        with answering(LATENCY) as url:
            late = min(
                _fresh(_ours(our_python, Path(scratch) / "late", url), "compile", "--jobs", str(JOBS))
                for _ in range(ROUNDS)
            )
        ideal = math.ceil(COUNT / JOBS) * LATENCY
        print_rows(
            f"generation, {COUNT} units, the quickest of {ROUNDS}",
            [
                Row(
                    "a unit outside the gates: prompt, question, record, checkpoint",
                    milliseconds(overhead),
                    "",
                    None,
                ),
                Row(
                    "units a second with all gates, no latency",
                    f"{COUNT / ours:.1f}",
                    f"vibesafe 0.2.1 with {RIVAL_WORKERS} workers {COUNT / rival:.1f}",
                    rival / ours,
                ),
                Row(
                    f"the whole command where each answer takes {LATENCY:g} s, `--jobs {JOBS}`",
                    f"{late:.1f} s",
                    f"nothing but the waiting {ideal:.1f} s",
                    late / ideal,
                ),
            ],
        )


def _ours(python: Path, root: Path, url: str) -> System:
    shutil.rmtree(root, ignore_errors=True)
    write_package(root, COUNT, OUR_HEADER, plain=False)
    (root / "pyproject.toml").write_text(OUR_PYPROJECT.format(url=url), encoding="utf-8")
    return System(python, root)


def _rival(python: Path, scratch: Path, url: str) -> System:
    write_package(scratch / "rival", COUNT, RIVAL_HEADER, plain=False)
    (scratch / "rival" / "vibesafe.toml").write_text(RIVAL_CONFIGURATION.format(url=url), encoding="utf-8")
    return System(python, scratch / "rival")


def _fresh(system: System, *arguments: str) -> float:
    """Return what a command takes where nothing is compiled yet."""
    shutil.rmtree(system.root / ".vibesafe", ignore_errors=True)
    return run(system.command(*arguments))


def _overhead(system: System) -> float:
    """Return the seconds a unit that a compile spends outside the gates.

    Raises:
        RuntimeError: if a unit did not pass.
    """
    shutil.rmtree(system.root / ".vibesafe", ignore_errors=True)
    variant = Variant([system.python, "-c", OVERHEAD, "8"], system.root, clean_environment())
    done = subprocess.run(variant.command, cwd=variant.directory, env=dict(variant.environment), stdout=-1, check=True)
    told = json.loads(done.stdout)
    if told["passed"] != COUNT:
        raise RuntimeError(f"{told['passed']} of {COUNT} units passed")
    return float((told["all"] - told["gates"]) / COUNT)
