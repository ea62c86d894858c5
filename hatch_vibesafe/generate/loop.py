"""A run over units that have work: ask, take the code out, judge, tell what was wrong, and ask again."""

from collections.abc import Callable, Mapping

from hatch_vibesafe.gates.ready import begin_tools, making_ready
from hatch_vibesafe.gates.started import StartedMypy
from hatch_vibesafe.generate.arrivals import Arrivals
from hatch_vibesafe.generate.asking import Asking
from hatch_vibesafe.generate.beforehand import choose_providers, unjudgeable
from hatch_vibesafe.generate.callees import callees, named
from hatch_vibesafe.generate.deciding import judge, judge_stored
from hatch_vibesafe.generate.events import Event, Interrupted
from hatch_vibesafe.generate.inquiring import ask
from hatch_vibesafe.generate.inquiry import Sending
from hatch_vibesafe.generate.interrupts import Interrupts
from hatch_vibesafe.generate.options import CompileOptions
from hatch_vibesafe.generate.outcomes import Outcomes
from hatch_vibesafe.generate.receiving import collect, tell_late
from hatch_vibesafe.generate.refusals import Memories
from hatch_vibesafe.generate.result import CompileResult
from hatch_vibesafe.generate.running import Running
from hatch_vibesafe.generate.schedule import callees_first
from hatch_vibesafe.generate.standing import implementations_around
from hatch_vibesafe.generate.unit_run import UnitRun
from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.problems import VibesafeError
from hatch_vibesafe.project import Project
from hatch_vibesafe.spec.model import Scan
from hatch_vibesafe.spec.weakness import contradictions


def begun(
    project: Project,
    scan: Scan,
    runs: dict[UnitId, UnitRun],
    options: CompileOptions,
    *,
    tell: Callable[[Event], None],
    sending: Sending | None,
) -> Running:
    """Return a run over units that have work, in the order in which they are worked on."""
    others = callees([run.spec for run in runs.values()], scan)
    around = {unit for each in others.values() for unit in each}
    awaited = {unit: named(run.spec, others[unit]) for unit, run in runs.items()}
    ordered = {unit: runs[unit] for unit in callees_first(runs, awaited)}
    return Running(
        project=project,
        scan=scan,
        options=options,
        tell=tell,
        callees=others,
        awaited=awaited,
        outcomes=Outcomes(project, ordered, implementations_around(project, scan, around), tell),
        asking=Asking(project, options.jobs, sending),
        arrivals=Arrivals(),
        interrupts=Interrupts(),
        memories=Memories(project, forgetting=options.force),
        started=StartedMypy(),
    )


def work(running: Running) -> dict[UnitId, CompileResult]:
    """Return what became of each unit. Everything but the asking happens in the thread that called."""
    with running.interrupts:
        return _worked(running)


def _worked(running: Running) -> dict[UnitId, CompileResult]:
    finished = interrupted = False
    try:
        with running.interrupts.finishing():
            judge_stored(running)
        _end_early(running, choose_providers(list(running.open.values()), running.context))
        if running.options.offline:
            _answer_all(running)
        else:
            _ask_all(running)
        finished = True
    except KeyboardInterrupt:
        running.tell(Interrupted(running.asking.stop()))
        finished = interrupted = True
    finally:
        try:
            running.asking.close(wait=finished)
        finally:
            tell_late(running)
    if interrupted:
        running.outcomes.interrupted(running.options.command)
    return running.outcomes.results


def _ask_all(running: Running) -> None:
    running.asking.load(run.config for run in running.open.values() if run.config is not None)
    for run in list(running.open.values()):
        if problems := contradictions(run.spec):
            running.outcomes.contradicted(run, problems)
    _end_early(running, unjudgeable(list(running.open.values()), running.context))
    with making_ready(running.context, [run.spec for run in running.open.values()]):
        _answer_all(running)


def _answer_all(running: Running) -> None:
    for run in list(running.open.values()):
        ask(running, run)
    while running.open:
        _step(running)


def _end_early(running: Running, errors: Mapping[UnitId, VibesafeError]) -> None:
    for unit, error in errors.items():
        running.outcomes.failed(running.open[unit], error)


def _step(running: Running) -> None:
    collect(running, patient=False)
    ready = [run for run in running.open.values() if not run.is_waiting]
    # A unit is judged after those that its spec names: their new implementations are what it will run with.
    first = [run for run in ready if not any(unit in running.open for unit in running.awaited[run.spec.unit])]
    if first:
        judge(running, first)
    elif any(run.is_waiting for run in running.open.values()):
        begin_tools(running.context, [run.spec for run in running.open.values()])
        collect(running, patient=True)
    else:
        judge(running, ready)  # they call each other in a circle
