"""What importing baked units costs a fresh process, in processor time and memory, against plain cached modules."""

import os
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from benchmarks.measure import (
    Row,
    Variant,
    clean_environment,
    interleaved,
    milliseconds,
    print_rows,
    processor_time,
    run,
)

ROOT = Path(__file__).resolve().parents[1]
SITES = ("bytecode", "source", "modules", "inlined")
SIZES = (1000, 3000)
COUNTS = (1, 10, 100, 1000)
MANY = 10_000
ROUNDS = 21
ALL = "import entry"
ONE = "import units.m00003"
# Not `ru_maxrss`: Linux keeps that of the process which started this one.
PEAK = "{code}; print(*(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"


def main(our_python: Path, _rival_python: Path) -> None:
    """Print the tables."""
    with tempfile.TemporaryDirectory(prefix="vibesafe-benchmark-") as scratch:
        work = Path(scratch)
        python = work / "environment" / "bin" / "python"
        subprocess.run([our_python, "-m", "venv", "--without-pip", work / "environment"], check=True)
        (work / "runtime").mkdir()
        (work / "runtime" / "vibesafe_runtime").symlink_to(ROOT / "vibesafe_runtime")
        _runtime(python, work)
        for count in COUNTS:
            for size in SIZES:
                _all_of(python, work, count, size, _sites(our_python, work / f"{count}-{size}", count, size))
        _one_of_many(
            python, work, {count: _sites(our_python, work / f"one-{count}", count, 1000) for count in (10, MANY)}
        )


def _sites(our_python: Path, root: Path, count: int, size: int) -> dict[str, Path]:
    """Write units in four ways, by the Python that has our packages, and return the directory of each."""
    command: list[str | Path] = [our_python, "-m", "benchmarks.planted", "sites", root, str(count), str(size)]
    run(Variant(command, ROOT, clean_environment(PYTHONPATH=str(ROOT))))
    return {name: root / name for name in SITES}


def _environment(work: Path, site: Path | None = None) -> dict[str, str]:
    return clean_environment(PYTHONPATH=os.pathsep.join(map(str, filter(None, (site, work / "runtime")))))


def _variants(python: Path, work: Path, sites: Mapping[str, Path], code: str) -> dict[str, Variant]:
    variants = {name: Variant([python, "-c", code], work, _environment(work, site)) for name, site in sites.items()}
    return variants | {"bare": Variant([python, "-c", "pass"], work, _environment(work))}


def _runtime(python: Path, work: Path) -> None:
    # The start file is what Python reads in each process of an environment in which the runtime is installed.
    codes = {"bare": "pass", "runtime": "import vibesafe_runtime", "started": "import vibesafe_runtime._first"}
    times = interleaved(
        {n: Variant([python, "-c", c], work, _environment(work)) for n, c in codes.items()}, ROUNDS, time=processor_time
    )
    added = {name: time - times["bare"] for name, time in times.items()}
    rows = [
        Row(f"{what} over a bare interpreter", milliseconds(added[name]), "at most 1.0 ms", added[name] / 0.001)
        for name, what in (("runtime", "`import vibesafe_runtime`"), ("started", "the start file"))
    ]
    print_rows("runtime", rows)


def _all_of(python: Path, work: Path, count: int, size: int, sites: Mapping[str, Path]) -> None:
    times = interleaved(_variants(python, work, sites, ALL), ROUNDS if count <= MANY // 100 else 7, time=processor_time)
    peaks = {name: _peak(python, work, site) for name, site in sites.items()}
    added = {name: time - times["bare"] for name, time in times.items()}
    name = f"{count} units of {size} bytes, set-up included"
    rows = [
        Row(
            f"{name}, bytecode from the wheel",
            milliseconds(added["bytecode"]),
            f"the same modules, plain and cached: {milliseconds(added['modules'])}",
            added["bytecode"] / added["modules"],
        ),
        Row(
            f"{name}, bytecode from the wheel",
            milliseconds(added["bytecode"]),
            f"the functions written out in one module each, cached: {milliseconds(added['inlined'])}",
            added["bytecode"] / added["inlined"],
        ),
        Row(
            f"{name}, source compiled afresh, more for each unit",
            milliseconds((added["source"] - added["modules"]) / count),
            "at most +0.5 ms",
            (added["source"] - added["modules"]) / count / 0.0005,
        ),
        Row(
            f"{count} units of {size} bytes, peak memory",
            f"{peaks['bytecode']} KiB",
            f"the same modules: {peaks['modules']} KiB",
            peaks["bytecode"] / peaks["modules"],
        ),
    ]
    print_rows(f"a fresh process imports {count} units of {size} bytes, less a bare interpreter", rows)


def _one_of_many(python: Path, work: Path, counts: Mapping[int, Mapping[str, Path]]) -> None:
    variants: dict[str, Variant] = {}
    for count, sites in counts.items():
        for name in ("bytecode", "modules"):
            variants[f"{name} {count}"] = Variant([python, "-c", ONE], work, _environment(work, sites[name]))
    times = interleaved(variants, ROUNDS, time=processor_time)
    rows = [
        Row(
            f"a fresh process imports one unit of {MANY}{what}",
            milliseconds(times[f"{name} {MANY}"]),
            f"one of 10: {milliseconds(times[f'{name} 10'])}",
            times[f"{name} {MANY}"] / times[f"{name} 10"],
        )
        for name, what in (("bytecode", ""), ("modules", ", plain: Python reads the whole directory"))
    ]
    print_rows("one unit of many", rows)


def _peak(python: Path, work: Path, site: Path) -> int:
    """Return the peak memory, in KiB, of a process that imports all units."""
    command = [str(python), "-c", PEAK.format(code=ALL)]
    done = subprocess.run(command, cwd=work, env=_environment(work, site), capture_output=True, text=True, check=True)
    return int(done.stdout)
