"""Taking what providers bring: each request that ended, each answer, and what comes when nobody waits any more."""

from concurrent.futures import Future

from hatch_vibesafe.generate.arrivals import Arrival
from hatch_vibesafe.generate.events import Answered, Requested
from hatch_vibesafe.generate.feedback import Feedback
from hatch_vibesafe.generate.questions import is_refused_form
from hatch_vibesafe.generate.running import Running
from hatch_vibesafe.generate.strategy import follow_up
from hatch_vibesafe.generate.unit_run import Line, UnitRun
from hatch_vibesafe.problems import VibesafeError
from hatch_vibesafe.store.records import Answer
from hatch_vibesafe.unexpected import unexpected


def collect(running: Running, *, patient: bool) -> None:
    """Take the answers that have come; wait for the first of them where `patient`."""
    for arrival in running.arrivals.collected(patient=patient):
        with running.interrupts.finishing():
            running.arrivals.drop()
            if arrival.attempt is not None:
                _tried(running, arrival)
            else:
                _arrived(running, arrival.run, arrival.line)


def tell_late(running: Running) -> None:
    """Tell what came when nobody waited for it any more."""
    for arrival in running.arrivals.left():
        running.arrivals.drop()
        if arrival.attempt is not None:
            _tried(running, arrival)
        elif arrival.line.future is not None:
            _came_late(running, arrival.run, arrival.line, arrival.line.future)


def tell_answered(running: Running, run: UnitRun, line: Line) -> None:
    """Tell that a line has an answer, where it has one."""
    if line.answer is None:
        return
    answer, prompt = line.answer, line.prompt
    paid = line.tries[-1] if line.tries and not line.recorded else None
    running.tell(
        Answered(
            run.spec.unit,
            answer.model,
            line.recorded,
            answer.input_tokens,
            answer.output_tokens,
            name=line.request,
            prompt=None if prompt is None else prompt.digest,
            strategy=line.question.strategy,
            provider=answer.provider or _asked(run, line),
            request=None if prompt is None else prompt.request,
            answer=answer,
            cost=None if paid is None or paid.cost is None else float(paid.cost),
            seconds=None if paid is None else paid.seconds,
        )
    )


def _tried(running: Running, arrival: Arrival) -> None:
    run, line, attempt = arrival.run, arrival.line, arrival.attempt
    if attempt is not None and line.request is not None:
        line.tries.append(attempt)
        strategy = line.question.strategy
        running.tell(Requested(run.spec.unit, line.request, attempt, len(line.tries), strategy))


def _arrived(running: Running, run: UnitRun, line: Line) -> None:
    future, line.future = line.future, None
    if future is None:
        raise ValueError("what was asked has a future")
    if run.spec.unit not in running.open:
        _came_late(running, run, line, future)
        return
    try:
        line.answer = future.result()
    except VibesafeError as error:
        if is_refused_form(line.question, error):
            line.question = follow_up(line.question, Feedback("", ()), run.rungs, lines=len(run.lines))
            return
        _without_answer(running, run, line, error)
    except Exception as error:  # noqa: BLE001 - our own mistake: it is that unit's, and not that of all others
        _without_answer(running, run, line, VibesafeError(unexpected(run.spec.where, "asking for it", error)))
    else:
        if line.recorded:  # by another command, while this one was about to ask
            run.calls, line.calls, run.replays = run.calls - 1, line.calls - 1, run.replays + 1
        tell_answered(running, run, line)


def _without_answer(running: Running, run: UnitRun, line: Line, error: VibesafeError) -> None:
    run.error = error
    line.ended = True
    if all(other.ended for other in run.lines):
        running.outcomes.given_up(run, offline=running.options.offline)


def _came_late(running: Running, run: UnitRun, line: Line, future: Future[Answer]) -> None:
    """Tell of an answer that is on disk and was paid for, though nobody judges it now."""
    if not future.cancelled() and future.exception() is None:
        line.answer = future.result()
        tell_answered(running, run, line)


def _asked(run: UnitRun, line: Line) -> str | None:
    if line.escalation is not None:
        return line.escalation.config_of("").name
    return None if run.config is None else run.config.name
