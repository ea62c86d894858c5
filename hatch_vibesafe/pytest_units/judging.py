"""Judging units by the real gates, in one batch: generated code runs in the sandbox, the verdict is made outside."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from hatch_vibesafe.cli.session import Session
from hatch_vibesafe.gates.context import GateContext
from hatch_vibesafe.gates.run import judge_each
from hatch_vibesafe.gates.verdict import Candidate
from hatch_vibesafe.generate.callees import callees
from hatch_vibesafe.generate.standing import implementations_around
from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.problems import Problem, VibesafeError
from hatch_vibesafe.project import Project
from hatch_vibesafe.pytest_units.cases import spread
from hatch_vibesafe.pytest_units.subjects import Subject

Outcomes = Mapping[str, Mapping[str, Sequence[Problem]]]
"""What is wrong with each test of each unit, by unit id and the test's name."""


def judge(session: Session, subjects: Sequence[Subject]) -> Outcomes:
    """Return what is wrong with each test of each unit. Writes nothing that is committed.

    Where the gates cannot run at all, that is wrong with every test.
    """
    outcomes: dict[str, Mapping[str, Sequence[Problem]]] = {
        str(each.spec.unit): _all_with(each, each.problems) for each in subjects
    }
    ready = [(each, each.implementation) for each in subjects if each.implementation is not None]
    candidates = [Candidate(each.spec, implementation) for each, implementation in ready]
    project = _without_adequacy(session.project)
    try:
        around = implementations_around(project, session.scan, _called(session, [each for each, _ in ready]))
        verdicts = judge_each(candidates, GateContext(project, session.scan, around))
    except VibesafeError as error:
        return outcomes | {str(each.spec.unit): _all_with(each, error.problems) for each, _ in ready}
    for (each, _), verdict in zip(ready, verdicts, strict=True):
        outcomes[str(each.spec.unit)] = spread(each.spec, each.cases, verdict, each.remedy)
    return outcomes


def _all_with(subject: Subject, problems: Sequence[Problem]) -> dict[str, Sequence[Problem]]:
    return {case.name: problems for case in subject.cases}


def _called(session: Session, subjects: Sequence[Subject]) -> set[UnitId]:
    specs = [each.spec for each in subjects]
    return {unit for called in callees(specs, session.scan).values() for unit in called}


def _without_adequacy(project: Project) -> Project:
    """Return a project that asks for no least adequacy: what `vibesafe test` asks about specs."""
    return replace(project, config=replace(project.config, gates=replace(project.config.gates, min_adequacy=0.0)))
