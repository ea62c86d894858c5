"""Storing what passed: the candidates of a round side by side, since each waits for the disk several times."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from hatch_vibesafe.gates.verdict import Verdict
from hatch_vibesafe.generate.acceptance import Origin, accept
from hatch_vibesafe.generate.judging import Judged, Unusable
from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.project import Project
from hatch_vibesafe.store.records import Checkpoint

_AT_ONCE = 16


def store_round(project: Project, judged: Sequence[Unusable | Judged]) -> dict[UnitId, Future[Checkpoint]]:
    """Store the first candidate of each unit that passed; return the checkpoints, or why one cannot be written."""
    passed = first_passed(judged)
    if not passed:
        return {}
    with ThreadPoolExecutor(min(_AT_ONCE, len(passed)), thread_name_prefix="vibesafe-store") as pool:
        return {
            unit: pool.submit(_store, project, each, verdict, each.run.origin(each.line))
            for unit, (each, verdict) in passed.items()
        }


def first_passed(judged: Sequence[Unusable | Judged]) -> dict[UnitId, tuple[Judged, Verdict]]:
    """Return the candidate that ends each unit well; none for a unit that an earlier one ends otherwise."""
    passed: dict[UnitId, tuple[Judged, Verdict]] = {}
    faulty: set[UnitId] = set()
    for each in judged:
        if isinstance(each, Unusable) or each.verdict is None:
            continue
        unit = each.run.spec.unit
        if each.verdict.faults:
            faulty.add(unit)
        elif each.verdict.passed and unit not in faulty:
            passed.setdefault(unit, (each, each.verdict))
    return passed


def _store(project: Project, each: Judged, verdict: Verdict, origin: Origin) -> Checkpoint:
    made, run = each.made, each.run
    return accept(
        project, run.spec, made.implementation, verdict, origin, repairs=made.repairs, parent=run.standing.parent
    )
