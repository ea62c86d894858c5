"""Where generated code runs: a process of its own, confined as far as the machine can, with nothing of the user's.

The sandbox confines; it does not judge. What the levels are stands in `sandbox_levels.py`, which one counts as reached
in `ladder.py`, and what a process does to itself before it sees a candidate in `worker/confinement.py`.
"""

import contextlib
import itertools
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import wait
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from hatch_vibesafe.config import SandboxConfig
from hatch_vibesafe.gates.confined import GRANTED, command, decoded, environment, opening
from hatch_vibesafe.gates.kept_workers import KeptWorkers
from hatch_vibesafe.gates.ladder import refusal, required_level
from hatch_vibesafe.gates.reach import reach
from hatch_vibesafe.gates.view import View, widened
from hatch_vibesafe.gates.warm import Warm
from hatch_vibesafe.gates.worker.messages import framed
from hatch_vibesafe.gates.worker.prctl import PR_SET_DUMPABLE, prctl
from hatch_vibesafe.problems import Problem, VibesafeConfigurationError

Job = Mapping[str, object]
"""What one child of a worker is given beside the part that a batch shares."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What the jobs of one batch have in common.

    Attributes:
        shared: The part that every job is given, encoded once.
        view: What a candidate may read.
        preload: Modules that most of them import, none of the project's.
    """

    shared: bytes
    view: View
    preload: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Kind:
    """What a worker is for: it is asked nothing else."""

    batch: Batch
    granted: frozenset[str]
    of_candidates: bool
    hash_seed: int


@dataclass(frozen=True, slots=True)
class Result:
    """What the child of a worker did that had one job.

    Attributes:
        answers: The messages that it sent, decoded as JSON and no further; not to be trusted.
        ending: How it ended, in words that continue "the worker ..."; empty where it ended by itself and in order.
    """

    answers: tuple[object, ...]
    ending: str


class Sandbox:
    """Runs jobs, each confined by itself, as many at a time as there are processors.

    As a context manager it keeps its workers warm from one run to the next that has the same batch, until it is left.
    """

    def __init__(self, config: SandboxConfig, key_variables: Sequence[str] = ()) -> None:
        """Choose the level.

        Args:
            config: The settings.
            key_variables: The environment variables whose values no answer may hold.

        Raises:
            VibesafeConfigurationError: if this platform has nothing to run generated code apart with, or reaches a
                lower level than is required.
        """
        if not hasattr(os, "fork"):
            raise VibesafeConfigurationError(
                Problem(
                    "sandbox",
                    f"generated code can be neither confined nor ended whole on {sys.platform}",
                    "run the gates on Linux, macOS or WSL",
                )
            )
        self._config = config
        self._key_variables = key_variables
        reached = reach(config)
        problems = refusal(reached, required_level(config, in_ci=bool(os.environ.get("CI"))))
        if problems:
            raise VibesafeConfigurationError(*problems)
        self.level = reached.level
        """The word that the evidence has for how far code is confined."""
        self._seconds = config.timeout
        self._hash_seed = 0
        self._kept: KeptWorkers | None = None
        self._lent: KeptWorkers | None = None

    def __enter__(self) -> Self:
        """Keep workers warm from now on."""
        self._kept = self._lent or KeptWorkers(os.cpu_count() or 1)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End the workers, but for those of another sandbox."""
        kept, self._kept = self._kept, None
        if kept is not None and kept is not self._lent:
            kept.close()

    def within(self, seconds: float) -> "Sandbox":
        """Return a sandbox that gives each job no more than these seconds, and is the same, workers too, otherwise."""
        narrower = Sandbox(self._config, self._key_variables)
        narrower._seconds = min(self._seconds, seconds)
        narrower._hash_seed = self._hash_seed
        narrower._lent = self._kept
        return narrower

    def with_hashes(self, seed: int) -> "Sandbox":
        """Return a sandbox in which texts have other hashes, and that is the same otherwise."""
        other = Sandbox(self._config, self._key_variables)
        other._seconds, other._hash_seed = self._seconds, seed
        other._kept, other._lent = self._kept, self._lent
        return other

    def roomier(self, seconds: float, memory_mb: int) -> "Sandbox":
        """Return a sandbox that gives each job at least this much time and memory, and is the same otherwise."""
        config = self._config
        more = replace(config, timeout=max(config.timeout, seconds), memory_mb=max(config.memory_mb, memory_mb))
        return Sandbox(more, self._key_variables)

    def run(self, batch: Batch, jobs: Sequence[Job], *, of_candidates: bool = True) -> tuple[Result, ...]:
        """Return each job's result, in order. Raises for nothing that a job does, and waits no longer than its time.

        What a job may do beside computing stands in its `capabilities`, of which it is told nothing. Jobs in which is
        no candidate go to workers that never had one.
        """
        # An environment can be read from `/proc`, but by no ordinary user's process where its owner forbids it so.
        prctl(PR_SET_DUMPABLE, 0)
        results: dict[int, Result] = {}
        with contextlib.ExitStack() as stack:
            kept = self._kept or stack.enter_context(contextlib.closing(KeptWorkers(os.cpu_count() or 1)))
            for granted, chosen in _by_capabilities(jobs).items():
                results |= self._run(kept, _Kind(batch, granted, of_candidates, self._hash_seed), chosen)
        return tuple(results[number] for number in range(len(jobs)))

    def _run(self, kept: KeptWorkers, kind: _Kind, jobs: Sequence[tuple[int, Job]]) -> dict[int, Result]:
        results: dict[int, Result] = {}
        waiting = iter(list(jobs))
        count = min(len(jobs), kept.count)
        working = [kept.threads.submit(self._work, kept, kind, waiting) for _ in range(count)]
        try:
            for done in working:
                results |= done.result()
        finally:
            # Interrupted, nobody takes another job.
            list(waiting)
            wait(working)
        return results

    def _work(self, kept: KeptWorkers, kind: _Kind, waiting: Iterator[tuple[int, Job]]) -> dict[int, Result]:
        """Take jobs, as long as there are any, to a warm worker; to a new one where the last did not survive a job."""
        results: dict[int, Result] = {}
        for taken in waiting:
            at_hand = [taken]
            with kept.worker(kind, lambda directory: self._start(kind, directory)) as worker:
                while at_hand:
                    number, job = at_hand.pop()
                    limited = {**job, "seconds": self._seconds}
                    content, ending = worker.ask(json.dumps(limited).encode(), self._seconds)
                    if not worker.is_alive and (said := worker.close()):
                        ending = f"{ending}: {said.splitlines()[-1]}"
                    results[number] = self._result(content, ending)
                    at_hand += itertools.islice(waiting, 1 if worker.is_alive else 0)
        return results

    def _start(self, kind: _Kind, directory: Path) -> Warm:
        batch, granted = kind.batch, kind.granted
        seen = widened(batch.view, granted)
        begin = opening(self.level, self._config, seen, batch.preload, granted) + framed(batch.shared)
        return Warm(command(self.level, self._config, seen, granted), directory, environment(kind.hash_seed), begin)

    def _result(self, content: bytes, ending: str) -> Result:
        secrets = [os.environ.get(name, "") for name in self._key_variables]
        return Result(decoded(content, secrets), ending)


def _by_capabilities(jobs: Sequence[Job]) -> dict[frozenset[str], list[tuple[int, Job]]]:
    """Return the jobs with their numbers, by what they are granted, and without that."""
    found: dict[frozenset[str], list[tuple[int, Job]]] = {}
    for number, job in enumerate(jobs):
        capabilities = job.get("capabilities")
        granted = GRANTED.intersection(capabilities) if isinstance(capabilities, list | tuple) else frozenset[str]()
        told = {key: value for key, value in job.items() if key != "capabilities"}
        found.setdefault(granted, []).append((number, told))
    return found
