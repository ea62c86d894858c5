"""What becomes of the units of a run: each ends once, passed, failed or interrupted, and is told."""

from collections.abc import Callable, Sequence
from pathlib import Path

from hatch_vibesafe.generate.escalation import remove_escalation, write_escalation
from hatch_vibesafe.generate.events import Event, Failed, Passed
from hatch_vibesafe.generate.gateway.budget import BudgetError
from hatch_vibesafe.generate.result import (
    CompileResult,
    interrupted_error,
    missing_callee_problem,
    offline_error,
    place_of_provider,
    refused_error,
)
from hatch_vibesafe.generate.unit_run import UnitRun
from hatch_vibesafe.identity import CheckpointHash, UnitId
from hatch_vibesafe.problems import Problem, VibesafeError, VibesafeValidationError
from hatch_vibesafe.project import Project


class Outcomes:
    """The units of a run that are still open, and the results of the others.

    Attributes:
        open: The units that are worked on, in their order.
        results: What became of the others.
        active: The implementations that units have now.
    """

    def __init__(
        self,
        project: Project,
        runs: dict[UnitId, UnitRun],
        active: dict[UnitId, bytes],
        on_event: Callable[[Event], None],
    ) -> None:
        self._project = project
        self._on_event = on_event
        self.open = runs
        self.active = active
        self.results: dict[UnitId, CompileResult] = {}

    def passed(self, run: UnitRun, checkpoint: CheckpointHash, implementation: bytes, repairs: tuple[str, ...]) -> None:
        """End a unit that has an implementation now."""
        unit = run.spec.unit
        self.active[unit] = implementation
        remove_escalation(self._project, unit)
        self._end(run, CompileResult(unit, "passed", checkpoint, run.calls, run.replays))
        self._on_event(Passed(unit, checkpoint, repairs))

    def failed(self, run: UnitRun, error: VibesafeError) -> None:
        """End a unit that has none."""
        unit = run.spec.unit
        self._end(run, CompileResult(unit, "failed", None, run.calls, run.replays, run.findings, error))
        self._on_event(Failed(unit, error.problems))

    def contradicted(self, run: UnitRun, problems: Sequence[Problem]) -> None:
        """End a unit whose spec no implementation can fulfil."""
        write_escalation(self._project, run, problems)
        self.failed(run, VibesafeValidationError(*problems))

    def given_up(self, run: UnitRun, *, offline: bool) -> None:
        """End a unit for which nothing more is asked."""
        if isinstance(run.error, BudgetError) and run.tried:
            self.failed(run, BudgetError(*run.error.problems, *self._refused(run).problems))
        elif run.error is not None:
            self.failed(run, run.error)
        elif offline:
            self.failed(run, offline_error(run.spec, run.replays + run.passed_over))
        else:
            self.failed(run, self._refused(run))

    def without_callees(self, run: UnitRun, missing: Sequence[UnitId]) -> None:
        """End a unit that refers to others which have no implementation: no answer can be told right."""
        run.error = VibesafeValidationError(*(missing_callee_problem(run.spec, unit) for unit in missing))
        self.failed(run, VibesafeValidationError(*run.error.problems, *self._refused(run).problems))

    def interrupted(self, command: str) -> None:
        """End all that are open; `command` goes on with them."""
        for run in list(self.open.values()):
            error = interrupted_error(run.spec, command)
            self._end(run, CompileResult(run.spec.unit, "interrupted", None, error=error))

    def has_failed(self, unit: UnitId) -> bool:
        """Return whether a unit ended in this run without an implementation, and has none from before."""
        return unit in self.results and self.results[unit].checkpoint is None and unit not in self.active

    def _refused(self, run: UnitRun) -> VibesafeError:
        path = write_escalation(self._project, run) if run.tried else None
        return refused_error(
            run.spec,
            len(run.tried),
            run.findings,
            table=place_of_provider(self._project.config, run.config),
            escalation="" if path is None else _within(path, self._project.root),
        )

    def _end(self, run: UnitRun, result: CompileResult) -> None:
        del self.open[run.spec.unit]
        self.results[run.spec.unit] = result


def _within(path: Path, root: Path) -> str:
    """Return a path within the project; empty for one outside: a store that is thrown away leaves nothing to read."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else ""
