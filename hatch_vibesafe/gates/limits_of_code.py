"""Part of the doctest gate: no bound of an implementation decides an answer that nobody asked it to bound.

Each variant without one such bound (`unsaid_bounds.py`) that the examples accept too is asked the same calls. Where one
answers otherwise, the bound is there for the examples alone.
"""

import ast
from collections.abc import Sequence

from hatch_vibesafe.gates.differences import ENDED, ENDLESS, Runner, allowed_cases, differing, shown_by
from hatch_vibesafe.gates.examination import Ground, job
from hatch_vibesafe.gates.input_hull import inside_cases
from hatch_vibesafe.gates.properties import generated_cases
from hatch_vibesafe.gates.sandbox import Result
from hatch_vibesafe.gates.unit_calls import Case, UnitCall, doctest_line, example_cases, parameters_of
from hatch_vibesafe.gates.unsaid_bounds import Loosened, loosened
from hatch_vibesafe.gates.verdict import Candidate
from hatch_vibesafe.gates.without_answers import without_answers
from hatch_vibesafe.spec.model import Spec

_LONGEST = 400


def example_results(asked: Sequence[tuple[Spec, str]], ground: Ground) -> list[Result]:
    """Return what came of the examples of each unit with an implementation."""
    jobs = [job(spec, without_answers(source), [each.source for each in spec.examples]) for spec, source in asked]
    return list(ground.sandbox.run(ground.batch, jobs))


def bounded(candidate: Candidate, variants: Sequence[Loosened], ground: Ground) -> str:
    """Return which of the bounds that its examples do not need decides an answer; empty where none does."""
    spec, source = candidate.spec, candidate.implementation.decode("utf-8", "replace")
    calls = {case.call: case for case in (*inside_cases(spec), *generated_cases(spec))}
    calls |= {case.call: case for each in variants for case in _longer(spec, each.size)}
    cases = tuple(calls.values())
    if spec.contract:
        (cases,) = allowed_cases([(spec, cases)], ground)
    runners = [Runner(spec, text, cases) for text in (source, source, *(each.source for each in variants))]
    own, again, *others = shown_by(runners, ground)
    settled = [one if one and other and not one.differs(other) else None for one, other in zip(own, again, strict=True)]
    for each, theirs in zip(variants, others, strict=True):
        for case, one, other in differing(cases, settled, theirs):
            if {one.text, other.text} & {ENDLESS, ENDED} or one.is_exception or other.is_exception:
                continue
            call = doctest_line(spec, parameters_of(spec), case.call)
            return (
                f"{call:.300}\ngives {one.text:.100} because of `{each.bound}`, which neither the text of the docstring"
                f" nor an example needs; without it {other.text:.100}: leave it out, or have the docstring say it"
            )
    return ""


def variants_of(candidate: Candidate) -> tuple[Loosened, ...]:
    """Return the variants of a candidate without its bounds."""
    if candidate.spec.method not in {"", "static"}:
        return ()
    return loosened(candidate.implementation.decode("utf-8", "replace"), candidate.spec)


def _longer(spec: Spec, size: int) -> tuple[Case, ...]:
    """Return the calls of the examples with lists and texts that are longer than a bound."""
    if size > _LONGEST:
        return ()
    cases = [case for case in example_cases(spec, parameters_of(spec)) if not case.setup]
    return tuple(
        Case(UnitCall((*case.call.values[:place], longer, *case.call.values[place + 1 :])))
        for case in cases
        for place, value in enumerate(case.call.values)
        if (longer := _long(value, size))
    )


def _long(value: str, size: int) -> str:
    try:
        given = ast.literal_eval(value)
    except (ValueError, TypeError, SyntaxError):
        return ""
    match given:
        case str() | list() | tuple() if given:
            return repr(given * (size // len(given) + 2))
        case _:
            return ""
