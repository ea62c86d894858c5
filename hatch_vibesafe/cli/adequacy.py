"""How the adequacy of specs reaches a person or a program."""

from collections.abc import Sequence

import click

from hatch_vibesafe.cli import output
from hatch_vibesafe.cli.session import Session
from hatch_vibesafe.gates.adequacy import Adequacy, Recorded, Survivor, recorded, vacuity_warnings
from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.problems import Problem, VibesafeError
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.store.evidence import read_evidence

_QUESTIONS = 5


def measured(session: Session) -> dict[UnitId, Recorded]:
    """Return what the evidence of the current checkpoints says, for the units where it was measured."""
    found: dict[UnitId, Recorded] = {}
    for unit, status in session.statuses.items():
        if status.current is None:
            continue
        try:
            evidence, _ = read_evidence(session.project.checkpoints_path, unit, status.current)
        except VibesafeError:
            continue
        adequacy = recorded(evidence)
        if adequacy is not None:
            found[unit] = adequacy
    return found


def warnings(specs: Sequence[Spec], found: dict[UnitId, Recorded]) -> tuple[Problem, ...]:
    """Return a warning for each clause that rejects nothing."""
    return tuple(
        problem for spec in specs if spec.unit in found for problem in vacuity_warnings(spec, found[spec.unit].vacuous)
    )


def print_scores(found: dict[UnitId, Recorded]) -> None:
    """Print a table of scores; nothing where there are none."""
    if found:
        click.echo()
        output.print_table(("unit", "adequacy"), [(str(unit), each.text) for unit, each in found.items()])


def print_questions(adequacies: Sequence[Adequacy]) -> None:
    """Print what each spec leaves open, the simplest questions first, no call twice."""
    for adequacy in adequacies:
        first: dict[str, Survivor] = {}
        for survivor in adequacy.survivors:
            first.setdefault(survivor.call, survivor)
        if not first:
            continue
        click.echo(f"\n{adequacy.unit} leaves open:")
        for survivor in [*first.values()][:_QUESTIONS]:
            click.echo(f"  {survivor.question}")
        if len(first) > _QUESTIONS:
            click.echo(f"  and {len(first) - _QUESTIONS} more: --json lists all")


def recorded_as_json(found: Recorded) -> dict[str, object]:
    """Return what the evidence says in its JSON form; vacuous clauses by their place in the contract, from 1."""
    return {
        "score": round(found.score, 4),
        "killed": found.killed,
        "equivalent": found.equivalent,
        "survivors": found.survivors,
        "vacuous": [place + 1 for place in found.vacuous],
    }


def adequacy_as_json(adequacy: Adequacy) -> dict[str, object]:
    """Return what was measured in its JSON form; clauses as they are written."""
    return {
        "score": round(adequacy.score, 4),
        "killed": adequacy.killed,
        "equivalent": adequacy.equivalent,
        "survivors": [
            {
                "call": each.call,
                "ours": each.ours,
                "theirs": each.theirs,
                "change": each.change,
                "line": each.line,
                "mutation": each.mutation,
            }
            for each in adequacy.survivors
        ],
        "vacuous": [clause.text for clause in adequacy.vacuous],
    }
