"""Examples that the contract beside them forbids: whatever an implementation does, one of the two refuses it.

Found by evaluating the clauses for the calls of the examples and for what these show, with no candidate anywhere.
"""

import ast
from collections.abc import Iterator, Sequence

from hatch_vibesafe.gates.contract_sources import Sources
from hatch_vibesafe.gates.contract_verdict import Before
from hatch_vibesafe.gates.examination import Ground, answer_at, before_of, job
from hatch_vibesafe.gates.unit_calls import Case, definition_of, example_cases, parameters_of
from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.problems import Problem
from hatch_vibesafe.spec.model import Clause, Spec
from hatch_vibesafe.spec.plain_types import plain_types


def contract_faults(specs: Sequence[Spec], ground: Ground) -> dict[UnitId, tuple[Problem, ...]]:
    """Return the units whose contract forbids what an example shows, or leaves no example to judge by."""
    chosen = [spec for spec in specs if spec.contract]
    sources = [Sources(spec) for spec in chosen]
    cases = [_cases(spec) for spec in chosen]
    asked = [job(own.spec, own.stub, own.before(each)) for own, each in zip(sources, cases, strict=True)]
    answered = ground.sandbox.run(ground.batch, asked, of_candidates=False)
    befores = [
        [before_of(own, answer_at(result, place)) for place in own.places(each, of="before")]
        for own, each, result in zip(sources, cases, answered, strict=True)
    ]
    shown = [
        tuple(case for case, before in zip(each, known, strict=True) if before.allowed and _result(own.spec, case))
        for own, each, known in zip(sources, cases, befores, strict=True)
    ]
    after = [
        job(own.spec, own.stub, own.after(each, [(_result(own.spec, case), *case.call.values) for case in each]))
        for own, each in zip(sources, shown, strict=True)
    ]
    concluded = ground.sandbox.run(ground.batch, after, of_candidates=False)
    found: dict[UnitId, tuple[Problem, ...]] = {}
    for own, each, known, results, answers in zip(sources, cases, befores, shown, concluded, strict=True):
        problems = [*_outside(own.spec, each, known)]
        for case, before in zip(each, known, strict=True):
            problems += _of_raising(own, case, before)
        for case, place in zip(results, own.places(results, of="after"), strict=True):
            match answer_at(answers, place):
                case (_, ["tuple", list(held)]) if len(held) == len(own.ensures):
                    pairs = zip(own.ensures, held, strict=True)
                    broken = [clause for clause, truth in pairs if truth == ["bool", False]]
                    problems += _problems(own.spec, case, broken, f"shows {_result(own.spec, case)}")
        if problems:
            found[own.spec.unit] = tuple(dict.fromkeys(problems))
    return found


def _cases(spec: Spec) -> tuple[Case, ...]:
    """Return the calls that nothing stands before in the examples: what the unit did there is not known."""
    return tuple(case for case in example_cases(spec, parameters_of(spec)) if not case.setup)


def _outside(spec: Spec, cases: Sequence[Case], befores: Sequence[Before]) -> Iterator[Problem]:
    """Yield a problem where every call is outside of `Requires`; where that cannot be told, none."""
    is_sure = len(cases) == len(example_cases(spec, parameters_of(spec))) and not any(each.unknown for each in befores)
    if cases and is_sure and not any(each.allowed for each in befores):
        what = "every call in the examples is outside Requires, so that nothing holds an implementation to the contract"
        yield Problem(spec.where, what, "add an example within Requires, or correct the clauses")


def _of_raising(own: Sources, case: Case, before: Before) -> Iterator[Problem]:
    example = case.example
    if example is None or not before.allowed or not _is_plain(own.spec, case):
        return
    raised = (example.exception or "").partition("\n")[0].partition(":")[0].rpartition(".")[2].strip()
    if not raised and before.raising:
        yield from _problems(own.spec, case, before.raising, "shows a result")
    elif raised and raised not in {_last(each.exception) for each in before.raising}:
        declared = [each for each in own.raises if _last(each.exception) == raised]
        if declared and not before.raising:
            yield from _problems(own.spec, case, declared, f"shows {raised} where that does not hold")


def _problems(spec: Spec, case: Case, broken: Sequence[Clause], shows: str) -> Iterator[Problem]:
    if case.example is None or not broken:
        return
    number = spec.examples.index(case.example) + 1
    names = " and ".join(f"`{clause.text}`" for clause in broken)
    where = f"{spec.path}:{case.example.line}  {spec.unit}"
    yield Problem(where, f"example {number} {shows}, and {names} forbids that", "correct the example or the clause")


def _is_plain(spec: Spec, case: Case) -> bool:
    """Return whether an example is nothing but its call, awaited where that is async."""
    tree = ast.parse(case.example.source if case.example is not None else "")
    match tree.body:
        case [ast.Expr(value=ast.Call(func=ast.Attribute(attr="run"), args=[ast.Call(func=function)]))] if (
            spec.is_async
        ):
            return isinstance(function, ast.Name) and function.id == spec.unit.name
        case [ast.Expr(value=ast.Call(func=ast.Name(id=name)))]:
            return name == spec.unit.name and not spec.is_async
        case _:
            return False


def _result(spec: Spec, case: Case) -> str:
    """Return the source of what a call gives, where the example says it and the call cannot change its arguments.

    What may give nothing may print what looks like a result.
    """
    example, types = case.example, plain_types(definition_of(spec).returns)
    if example is None or example.exception is not None or example.options or not _is_plain(spec, case):
        return ""
    if not types or type(None) in types:
        return ""
    try:
        says = ast.literal_eval(example.want.strip())
        fixed = [ast.literal_eval(value) for value in case.call.values]
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return ""
    return example.want.strip() if isinstance(says, types) and all(map(_is_fixed, fixed)) else ""


def _is_fixed(value: object) -> bool:
    if isinstance(value, tuple):
        return all(map(_is_fixed, value))
    return isinstance(value, int | float | complex | str | bytes) or value is None


def _last(name: str) -> str:
    return name.rpartition(".")[2]
