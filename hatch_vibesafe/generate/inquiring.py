"""Giving each line of a unit its next question: to a recorded answer, to a provider, or to nobody any more."""

from hatch_vibesafe.generate.events import Asked
from hatch_vibesafe.generate.inquiry import Inquiry
from hatch_vibesafe.generate.providers.at_hand import called
from hatch_vibesafe.generate.questions import pose
from hatch_vibesafe.generate.receiving import tell_answered
from hatch_vibesafe.generate.running import Running
from hatch_vibesafe.generate.strategy import Question
from hatch_vibesafe.generate.unit_run import Line, UnitRun
from hatch_vibesafe.problems import VibesafeError
from hatch_vibesafe.unexpected import unexpected


def ask(running: Running, run: UnitRun) -> None:
    """Give every line of a unit that goes on its next question; end the unit where none does."""
    try:
        with running.asking.together():
            for line in run.lines:
                if not line.ended:
                    _ask_line(running, run, line)
    except VibesafeError as error:
        running.outcomes.failed(run, error)
        return
    except Exception as error:  # noqa: BLE001 - our own mistake: it is that unit's, and not that of all others
        running.outcomes.failed(run, VibesafeError(unexpected(run.spec.where, "its next question", error)))
        return
    if not all(line.ended for line in run.lines):
        return
    if _escalate(running, run):
        ask(running, run)
    else:
        running.outcomes.given_up(run, offline=running.options.offline)


def _escalate(running: Running, run: UnitRun) -> bool:
    """Have another provider asked for a unit, once; return whether there is one and it was not yet."""
    config = running.project.config
    other = config.provider(config.generate.escalate_to or "")
    if other is None or run.error is not None or run.escalated or run.config is None or run.config.name == other.name:
        return False
    line, run.escalated = run.lines[0], True
    line.ended, line.escalation, line.question = False, running.asking.provider(other), Question(0, "escalated")
    return True


def _ask_line(running: Running, run: UnitRun, line: Line) -> None:
    if run.config is None:
        raise ValueError("nobody to ask was chosen")
    spec = run.spec
    run.provider = run.provider or running.asking.provider(run.config)
    provider = line.escalation or run.provider
    config = provider.config_of("")
    pose(run, line, provider, running.memory(run), running.asking.recorded if running.replays else lambda _: None)
    is_used_up = line.escalation is None and line.calls >= config.attempts
    if line.answer is not None:
        run.replays += 1
        tell_answered(running, run, line)
    elif line.ended or running.options.offline or is_used_up or line.prompt is None or line.request is None:
        line.ended = True
    else:
        line.calls += 1
        run.calls += 1
        running.tell(Asked(spec.unit, run.calls, called(running.project, config)))
        line.tries = []
        record = running.arrivals.recorder(run, line)
        found = line.replay if running.replays else None
        question = Inquiry(spec.unit, line.prompt.request, line.request, record, line.question.strategy, found)
        with running.interrupts.finishing():
            line.future = running.asking.ask(provider, question)
            running.arrivals.expect(run, line, line.future)
