"""Judging a round of answers of several units, all in one batch: composed once, gated once, every candidate kept."""

from collections.abc import Sequence
from dataclasses import dataclass

from hatch_vibesafe.gates.context import GateContext
from hatch_vibesafe.gates.run import judge_each
from hatch_vibesafe.gates.verdict import Candidate, Finding, Verdict
from hatch_vibesafe.generate.candidates import KeptCandidate, keep_candidate
from hatch_vibesafe.generate.compose import Composed, compose_all
from hatch_vibesafe.generate.unit_run import Line, UnitRun, answer_text
from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.problems import VibesafeError, VibesafeValidationError
from hatch_vibesafe.project import Project
from hatch_vibesafe.unexpected import unexpected


@dataclass(frozen=True, slots=True)
class Unusable:
    """An answer that holds no code: its text, and why it cannot be used."""

    run: UnitRun
    line: Line
    text: str
    finding: Finding


@dataclass(frozen=True, slots=True)
class Judged:
    """An answer with a candidate in it; `verdict` is None where the same candidate was refused before in this run."""

    run: UnitRun
    line: Line
    made: Composed
    verdict: Verdict | None


def judge_round(
    runs: Sequence[UnitRun], context: GateContext
) -> tuple[tuple[Unusable | Judged, ...], dict[UnitId, VibesafeError]]:
    """Return what there is to say of every answer that waits to be judged, in the order of units and lines.

    And the errors of the units of which none can be judged, for a mistake of ours that nothing foresaw.

    Raises:
        VibesafeError: if the gates cannot run at all.
    """
    try:
        return _round(runs, context), {}
    except (VibesafeError, OSError):
        raise
    except Exception as error:  # noqa: BLE001 - our own mistake: it is that unit's, and not that of all others
        if len(runs) == 1:
            spec = runs[0].spec
            return (), {spec.unit: VibesafeValidationError(unexpected(spec.where, "judging its answer", error))}
    alone = [judge_round([run], context) for run in runs]
    errors = {unit: error for _, found in alone for unit, error in found.items()}
    return tuple(each for said, _ in alone for each in said), errors


def _round(runs: Sequence[UnitRun], context: GateContext) -> tuple[Unusable | Judged, ...]:
    texts = [(run, line, *answer_text(run.spec, line)) for run in runs for line in run.answered]
    composed = iter(compose_all([(run.spec, text) for run, _, text, bad in texts if bad is None], markdown=True))
    made = [None if bad is not None else next(composed) for _, _, _, bad in texts]
    candidates = {
        (run.spec.unit, each.implementation): Candidate(run.spec, each.implementation)
        for (run, _, _, _), each in zip(texts, made, strict=True)
        if each is not None and each.implementation not in run.refused
    }
    verdicts = dict(zip(candidates, judge_each(list(candidates.values()), context) if candidates else (), strict=True))
    judged: list[Unusable | Judged] = []
    for (run, line, text, bad), each in zip(texts, made, strict=True):
        if bad is not None or each is None:
            judged.append(Unusable(run, line, text, bad or Finding("answer", 0, "")))
            continue
        verdict = verdicts.get((run.spec.unit, each.implementation))
        if verdict is not None and not verdict.faults:
            _keep(context.project, run, line, each, verdict)
        judged.append(Judged(run, line, each, verdict))
    return tuple(judged)


def _keep(project: Project, run: UnitRun, line: Line, made: Composed, verdict: Verdict) -> None:
    spec = run.spec
    model = "" if line.answer is None else line.answer.model
    said = verdict.findings, line.question.strategy, model
    keep_candidate(project, KeptCandidate(spec.unit, spec.spec_hash, made.implementation, *said))
