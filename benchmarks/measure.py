"""Time whole commands side by side, and say the result as a ratio against a named peer."""

import os
import resource
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    Attributes:
        what: What was measured, with its size.
        ours: Our figure with its unit.
        peer: What it is compared with, and its figure.
        ratio: Ours divided by the peer's; below 1 is better for times. None where there is nothing to divide by.
    """

    what: str
    ours: str
    peer: str
    ratio: float | None


@dataclass(frozen=True, slots=True)
class Variant:
    """A command that is timed: its arguments, its directory, its environment."""

    command: Sequence[str | Path]
    directory: Path
    environment: Mapping[str, str]


def clean_environment(**variables: str) -> dict[str, str]:
    """Return this process's environment without what would change how Python or vibesafe works, with `variables`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("VIBESAFE", "PYTHON"))}
    return kept | {"NO_COLOR": "1", "TERM": "dumb", **variables}


def run(variant: Variant, *, expect: Sequence[int] = (0,)) -> float:
    """Run a command and return its wall time in seconds.

    Raises:
        RuntimeError: if it ends otherwise than expected, with the end of what it said.
    """
    started = time.perf_counter()
    done = subprocess.run(
        [str(part) for part in variant.command],
        cwd=variant.directory,
        env=dict(variant.environment),
        capture_output=True,
        text=True,
        check=False,
    )
    took = time.perf_counter() - started
    if done.returncode not in expect:
        raise RuntimeError(
            f"{variant.command} ended with {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
        )
    return took


def processor_time(variant: Variant, *, expect: Sequence[int] = (0,)) -> float:
    """Run a command and return its processor time in seconds: quieter than wall time for what waits for nothing."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run(variant, expect=expect)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def interleaved(
    variants: Mapping[str, Variant], rounds: int, *, expect: Sequence[int] = (0,), time: Callable[..., float] = run
) -> dict[str, float]:
    """Return each variant's median over `rounds`, in seconds; all run in turn, and one warm-up round is thrown away.

    `time` runs a variant and says what it took: by default its wall time.
    """
    times: dict[str, list[float]] = {name: [] for name in variants}
    for number in range(rounds + 1):
        for name, variant in variants.items():
            took = time(variant, expect=expect)
            if number:
                times[name].append(took)
    return {name: statistics.median(taken) for name, taken in times.items()}


def print_rows(title: str, rows: Sequence[Row]) -> None:
    """Print a Markdown table with the machine's load, so that a noisy run can be told."""
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    print(f"\n## {title} ({os.cpu_count()} cores, load {load})\n")
    print("| what | ours | peer | ratio |\n|---|---|---|---|")
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.3g}"
        print(f"| {row.what} | {row.ours} | {row.peer} | {ratio} |", flush=True)


def milliseconds(seconds: float) -> str:
    """Return a time in milliseconds for the table."""
    return f"{seconds * 1000:.1f} ms"
