"""The events of a run as other programs read them: docs/events.md says what each key means."""

from hatch_vibesafe.cli.output import gate_as_json, problems_as_json
from hatch_vibesafe.cli.verdicts import finding_as_json
from hatch_vibesafe.generate.events import (
    Answered,
    Asked,
    Event,
    Failed,
    Interrupted,
    Judged,
    Passed,
    Refused,
    Requested,
    Started,
)
from hatch_vibesafe.generate.gateway.tries import Try
from hatch_vibesafe.identity import digest


def event_document(event: Event) -> dict[str, object]:  # noqa: PLR0911 - one return for each kind of event
    """Return an event in its JSON form, which names its kind first. The words of prompts and answers are not in it."""
    match event:
        case Started():
            units = {"up_to_date": _texts(event.up_to_date), "to_compile": _texts(event.to_compile)}
            return {"event": "started", **units}
        case Asked():
            return {"event": "asked", "unit": str(event.unit), "call": event.call, "provider": event.provider}
        case Requested():
            question = {"request": event.request, "number": event.number, "strategy": event.strategy}
            told = {**question, **_tried(event.attempt)}
            return {"event": "requested", "unit": str(event.unit), **told}
        case Answered():
            return {"event": "answered", "unit": str(event.unit), **_answered(event)}
        case Judged():
            gates = [gate_as_json(record) for record in event.gates]
            judged = {"request": event.name, "passed": event.passed, "gates": gates}
            return {"event": "judged", "unit": str(event.unit), **judged}
        case Refused():
            findings = [finding_as_json(finding) for finding in event.findings]
            refused = {"request": event.name, "repeated": event.repeated, "findings": findings}
            return {"event": "refused", "unit": str(event.unit), **refused}
        case Passed():
            repairs = list(event.repairs)
            return {"event": "passed", "unit": str(event.unit), "checkpoint": event.checkpoint, "repairs": repairs}
        case Failed():
            return {"event": "failed", "unit": str(event.unit), "problems": problems_as_json(event.problems)}
        case Interrupted():
            return {"event": "interrupted", "waiting": event.waiting}


def _tried(attempt: Try) -> dict[str, object]:
    return {
        "provider": attempt.provider,
        "kind": attempt.kind,
        "model": attempt.model or None,
        "outcome": attempt.outcome,
        "reason": attempt.reason,
        "what": attempt.what,
        "seconds": attempt.seconds,
        **_tokens(attempt),
        "cost": None if attempt.cost is None else float(attempt.cost),
    }


def _answered(event: Answered) -> dict[str, object]:
    answer = None if event.answer is None else digest(event.answer.text.encode("utf-8", "surrogatepass"))
    return {
        "request": event.name,
        "prompt": event.prompt,
        "answer": answer,
        "strategy": event.strategy,
        "provider": event.provider,
        "model": event.model or None,
        "recorded": event.recorded,
        **_tokens(event),
        "cost": event.cost,
        "seconds": event.seconds,
    }


def _tokens(spent: Answered | Try) -> dict[str, object]:
    # A provider that does not count says 0 and 0: no prompt has no tokens.
    counted = bool(spent.input_tokens or spent.output_tokens)
    return {
        "input_tokens": spent.input_tokens if counted else None,
        "output_tokens": spent.output_tokens if counted else None,
    }


def _texts(units: tuple[object, ...]) -> list[str]:
    return [str(unit) for unit in units]
