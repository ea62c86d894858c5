"""Having implementations written: for each unit whose checkpoint is not up to date, until one passes every gate."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from hatch_vibesafe.generate.events import Event, Started
from hatch_vibesafe.generate.inquiry import Sending
from hatch_vibesafe.generate.loop import begun, work
from hatch_vibesafe.generate.options import CompileOptions
from hatch_vibesafe.generate.result import CompileResult
from hatch_vibesafe.generate.standing import standing
from hatch_vibesafe.generate.strategy import Question
from hatch_vibesafe.generate.unit_run import Line, UnitRun
from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.problems import Problem
from hatch_vibesafe.project import Project
from hatch_vibesafe.spec.model import Scan, Spec
from hatch_vibesafe.store.index import read_index

__all__ = ["CompileOptions", "CompileResult", "compile_units"]


def compile_units(
    project: Project,
    scan: Scan,
    specs: Sequence[Spec],
    options: CompileOptions,
    on_event: Callable[[Event], None],
    *,
    sending: Sending | None = None,
) -> tuple[CompileResult, ...]:
    """Return what became of each unit, in the order of `specs`. A unit's failure is a value and stops no other unit.

    Where the user interrupts, what is finished is kept, and the results of the rest say so. `on_event` is told what
    happens in the thread that called; `sending` each request before it is sent, in the thread that sends it.

    Raises:
        VibesafeError: if the gates cannot run at all, or the index cannot be read. Answers are on disk by then.
    """
    index = read_index(project.index_path)
    results: dict[UnitId, CompileResult] = {}
    runs: dict[UnitId, UnitRun] = {}
    for spec in specs:
        found = standing(project, index, spec)
        if found.done is not None and not options.force:
            results[spec.unit] = CompileResult(spec.unit, "up to date", found.done)
        else:
            lines = [Line(Question(number)) for number in range(max(1, options.samples))]
            runs[spec.unit] = UnitRun(spec, found, lines, project.config.generate.holdout)
    on_event(Started(tuple(results), tuple(runs)))
    if runs:
        results |= work(begun(project, scan, runs, options, tell=on_event, sending=sending))
    return tuple(_told_once(results[spec.unit] for spec in specs))


def _told_once(results: Iterator[CompileResult]) -> Iterator[CompileResult]:
    """Yield the results with every problem told by the first unit that has it: one cause is one problem."""
    told: frozenset[Problem] = frozenset()
    for result in results:
        yield replace(result, told=told)
        told |= frozenset(result.problems)
