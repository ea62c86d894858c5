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
    Started,
)
from hatch_vibesafe.identity import digest


def event_document(event: Event) -> dict[str, object]:  # noqa: PLR0911 - one return for each kind of event
    """Return an event in its JSON form, which names its kind first. The words of prompts and answers are not in it."""
    match event:
        case Started():
            units = {"up_to_date": _texts(event.up_to_date), "to_compile": _texts(event.to_compile)}
            return {"event": "started", **units}
        case Asked():
            return {"event": "asked", "unit": str(event.unit), "call": event.call, "provider": event.provider}
        case Answered():
            return {"event": "answered", "unit": str(event.unit), **_answered(event)}
        case Judged():
            gates = [gate_as_json(record) for record in event.gates]
            told = {"request": event.name, "passed": event.passed, "gates": gates}
            return {"event": "judged", "unit": str(event.unit), **told}
        case Refused():
            findings = [finding_as_json(finding) for finding in event.findings]
            told = {"request": event.name, "repeated": event.repeated, "findings": findings}
            return {"event": "refused", "unit": str(event.unit), **told}
        case Passed():
            repairs = list(event.repairs)
            return {"event": "passed", "unit": str(event.unit), "checkpoint": event.checkpoint, "repairs": repairs}
        case Failed():
            return {"event": "failed", "unit": str(event.unit), "problems": problems_as_json(event.problems)}
        case Interrupted():
            return {"event": "interrupted", "waiting": event.waiting}


def _answered(event: Answered) -> dict[str, object]:
    # A provider that does not count says 0 and 0: no prompt has no tokens.
    counted = bool(event.input_tokens or event.output_tokens)
    answer = None if event.answer is None else digest(event.answer.text.encode("utf-8", "surrogatepass"))
    return {
        "request": event.name,
        "prompt": event.prompt,
        "answer": answer,
        "strategy": event.strategy,
        "provider": event.provider,
        "model": event.model or None,
        "recorded": event.recorded,
        "input_tokens": event.input_tokens if counted else None,
        "output_tokens": event.output_tokens if counted else None,
        "cost": event.cost,
        "seconds": event.seconds,
    }


def _texts(units: tuple[object, ...]) -> list[str]:
    return [str(unit) for unit in units]
