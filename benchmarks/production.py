"""What an installed unit costs: import, first call, every call, footprint; against plain modules and the rival."""

import subprocess
import tempfile
from pathlib import Path

from benchmarks.measure import Row, Variant, clean_environment, interleaved, milliseconds, print_rows
from benchmarks.synthetic import answering
from benchmarks.systems import installed_wheel, ours, plain, rival

COUNTS = (1, 10, 100)
ROUNDS = 11
CALL = """
import time, entry
unit = entry.ALL[0]
unit(7)
def took(calls):
    started = time.perf_counter()
    for _ in range(calls):
        unit(7)
    return (time.perf_counter() - started) / calls
calls = 1
while took(calls) * calls < 0.2:
    calls *= 4
print(min(took(calls) for _ in range(7)))
"""
FOOTPRINT = """
import sys, resource
before = len(sys.modules)
import {module}
print(len(sys.modules) - before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def main(our_python: Path, rival_python: Path) -> None:
    """Print the tables."""
    with tempfile.TemporaryDirectory(prefix="vibesafe-benchmark-") as scratch, answering() as url:
        for count in COUNTS:
            work = Path(scratch) / str(count)
            production = installed_wheel(ours(our_python, work / "ours", count, url), work / "environment", "units")
            rivals = rival(rival_python, work / "rival", count, url)
            variants = {
                "bare": Variant([production, "-c", "pass"], work, clean_environment()),
                "plain": Variant([production, "-c", "import entry"], plain(work / "plain", count), clean_environment()),
                "ours": Variant([production, "-c", "import entry"], work, clean_environment()),
                "rival": Variant(
                    [rival_python, "-c", "import entry; entry.call_all()"],
                    rivals.root,
                    clean_environment(VIBESAFE_ENV="prod"),
                ),
            }
            times = interleaved(variants, ROUNDS)
            calls = {name: _call(variants[name]) for name in ("plain", "ours", "rival")}
            print_rows(
                f"production, {count} units",
                [
                    Row(
                        f"fresh process importing {count} units",
                        milliseconds(times["ours"]),
                        f"plain modules {milliseconds(times['plain'])}",
                        times["ours"] / times["plain"],
                    ),
                    Row(
                        "the same, bare interpreter taken off",
                        milliseconds(times["ours"] - times["bare"]),
                        f"plain modules {milliseconds(times['plain'] - times['bare'])}",
                        (times["ours"] - times["bare"]) / (times["plain"] - times["bare"]),
                    ),
                    Row(
                        f"fresh process importing {count} units (rival: and calling, which loads)",
                        milliseconds(times["ours"]),
                        f"vibesafe 0.2.1 {milliseconds(times['rival'])}",
                        times["ours"] / times["rival"],
                    ),
                    Row(
                        "one call",
                        _microseconds(calls["ours"]),
                        f"plain {_microseconds(calls['plain'])}",
                        calls["ours"] / calls["plain"],
                    ),
                    Row(
                        "one call",
                        _microseconds(calls["ours"]),
                        f"vibesafe 0.2.1 {_microseconds(calls['rival'])}",
                        calls["ours"] / calls["rival"],
                    ),
                ],
            )
        print_rows("footprint", [_footprint(production, rival_python)])


def _call(variant: Variant) -> float:
    """Return the seconds that one call takes in a process of its own."""
    python = variant.command[0]
    done = subprocess.run(
        [str(python), "-c", CALL],
        cwd=variant.directory,
        env=dict(variant.environment),
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)


def _footprint(production: Path, rival_python: Path) -> Row:
    counted = {}
    for python, module in ((production, "vibesafe_runtime"), (rival_python, "vibesafe")):
        done = subprocess.run(
            [python, "-c", FOOTPRINT.format(module=module)], capture_output=True, text=True, check=True
        )
        modules, _peak = done.stdout.split()
        counted[module] = int(modules)
    ours, theirs = counted["vibesafe_runtime"], counted["vibesafe"]
    return Row("modules that importing the package adds", str(ours), f"vibesafe 0.2.1 {theirs}", ours / theirs)


def _microseconds(seconds: float) -> str:
    return f"{seconds * 1e6:.3f} µs"
