"""What comes of a round of answers: one that passed is stored, one that was refused leads to the next question."""

from collections.abc import Sequence
from concurrent.futures import Future

from hatch_vibesafe.gates.run import judge_each
from hatch_vibesafe.gates.verdict import Candidate, Finding
from hatch_vibesafe.generate import events
from hatch_vibesafe.generate.acceptance import write_evidence_of
from hatch_vibesafe.generate.callees import called_in
from hatch_vibesafe.generate.inquiring import ask
from hatch_vibesafe.generate.judging import Judged, Unusable, judge_round
from hatch_vibesafe.generate.running import Running
from hatch_vibesafe.generate.storing import store_round
from hatch_vibesafe.generate.unit_run import Line, UnitRun
from hatch_vibesafe.problems import VibesafeError, VibesafeValidationError
from hatch_vibesafe.store.records import Checkpoint
from hatch_vibesafe.unexpected import unexpected


def judge(running: Running, runs: Sequence[UnitRun]) -> None:
    """Judge a round of answers of each unit, all in one batch, and go on from what comes of it."""
    with running.interrupts.finishing():
        said, errors = judge_round(runs, running.context)
        stored = store_round(running.project, said)
        for unit, error in errors.items():
            running.outcomes.failed(running.open[unit], error)
        for judged in said:
            unit = judged.run.spec.unit
            if unit not in running.open:
                continue  # an earlier answer of the same round passed
            if isinstance(judged, Unusable):
                _refuse(running, judged.run, judged.line, judged.text, (judged.finding,), repeated=False)
            else:
                _decide(running, judged, stored.get(unit))
    for run in runs:
        if run.spec.unit in running.open:
            _go_on(running, run)


def judge_stored(running: Running) -> None:
    """Judge checkpoints whose evidence is not complete, so that nobody is asked for what is there already."""
    stored = [] if running.options.force else [(run, run.standing.ungated) for run in running.open.values()]
    whole = [(run, checkpoint) for run, checkpoint in stored if checkpoint is not None]
    candidates = [Candidate(run.spec, checkpoint.implementation) for run, checkpoint in whole]
    verdicts = judge_each(candidates, running.context) if candidates else ()
    for (run, checkpoint), verdict in zip(whole, verdicts, strict=True):
        if verdict.faults:
            running.outcomes.failed(run, VibesafeValidationError(*verdict.faults))
            continue
        running.tell(events.Judged(run.spec.unit, None, verdict.passed, verdict.records))
        if verdict.passed:
            write_evidence_of(running.project, checkpoint, verdict)
            running.outcomes.passed(run, checkpoint.hash, checkpoint.implementation, ())
        else:
            run.refused[checkpoint.implementation] = verdict.findings
            running.tell(events.Refused(run.spec.unit, verdict.findings, repeated=False))


def _decide(running: Running, judged: Judged, stored: Future[Checkpoint] | None) -> None:
    run, line, made, verdict = judged.run, judged.line, judged.made, judged.verdict
    code = made.implementation.decode()
    if verdict is not None:
        running.tell(events.Judged(run.spec.unit, line.request, verdict.passed, verdict.records))
    if verdict is None or made.implementation in run.refused:
        _refuse(running, run, line, code, run.refused[made.implementation], repeated=True)
    elif verdict.faults:
        running.outcomes.failed(run, VibesafeValidationError(*verdict.faults))
    elif stored is None or not verdict.passed:
        run.refused[made.implementation] = verdict.findings
        _refuse(running, run, line, code, verdict.findings, repeated=False)
    else:
        _stored(running, judged, stored)


def _stored(running: Running, judged: Judged, stored: Future[Checkpoint]) -> None:
    run, made = judged.run, judged.made
    try:
        checkpoint = stored.result()
    except VibesafeError as error:
        running.outcomes.failed(run, error)
    except Exception as error:  # noqa: BLE001 - our own mistake: it is that unit's, and not that of all others
        running.outcomes.failed(run, VibesafeError(unexpected(run.spec.where, "storing what passed", error)))
    else:
        running.outcomes.passed(run, checkpoint.hash, made.implementation, made.repairs)


def _refuse(
    running: Running, run: UnitRun, line: Line, shown: str, findings: tuple[Finding, ...], *, repeated: bool
) -> None:
    name = line.request
    run.refuse(line, shown, findings, running.memory(run))
    running.tell(events.Refused(run.spec.unit, findings, repeated, name))


def _go_on(running: Running, run: UnitRun) -> None:
    """Ask again, unless a unit that the spec names, or that a refused answer calls, has no implementation."""
    failed = frozenset(unit for unit in running.callees[run.spec.unit] if running.outcomes.has_failed(unit))
    called = called_in("\n".join(tried.code for tried in run.tried), failed)
    missing = sorted(failed & running.awaited[run.spec.unit] | called)
    if missing:
        running.outcomes.without_callees(run, missing)
    else:
        ask(running, run)
