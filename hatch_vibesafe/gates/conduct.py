"""Part of the doctest gate: how an implementation behaves in calls whose answers nobody knows.

Threats: it fails, or never ends, between the examples, where correct code answers; it answers otherwise than the text
of the docstring says; it changes its arguments, but not where an example would show it; it hands out one
object again and again, and changes it between.
"""

import ast
import builtins
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from hatch_vibesafe.gates.differences import ENDED, ENDLESS, Runner, Shown
from hatch_vibesafe.gates.examination import Ground
from hatch_vibesafe.gates.foreseen import allowed_cases, shown_by
from hatch_vibesafe.gates.input_hull import inside_cases
from hatch_vibesafe.gates.promises import Promise, arguments_of, promises
from hatch_vibesafe.gates.properties import generated_cases
from hatch_vibesafe.gates.stated_edges import Edge, stated_edges
from hatch_vibesafe.gates.stated_equations import stated_equations
from hatch_vibesafe.gates.unit_calls import Case, UnitCall, definition_of, doctest_line, example_cases, parameters_of
from hatch_vibesafe.gates.verdict import Candidate
from hatch_vibesafe.gates.without_answers import prose
from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.spec.contract_expressions import is_lazy
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.spec.walking import walk

_MISTAKES = frozenset(
    {"AttributeError", "IndexError", "KeyError", "NameError", "RecursionError", "TypeError", "UnboundLocalError"}
    | {"ZeroDivisionError"}
)
_GENERATED = 40
_IN_PLACE = re.compile(r"in[ -]place|modif|mutat", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Plan:
    """The calls to be made of one unit.

    Attributes:
        shown: Those of the examples.
        stated: Those in the text.
        inside: Those between the examples.
        any: Others, where an argument can be changed.
        watched: Those of examples which can look at an argument afterwards, because it has a name.
        promises: What the text says of every result.
    """

    shown: tuple[Case, ...]
    stated: tuple[Edge, ...]
    inside: tuple[Case, ...]
    any: tuple[Case, ...]
    watched: tuple[Case, ...]
    promises: tuple[Promise, ...]

    @property
    def cases(self) -> tuple[Case, ...]:
        """All of them."""
        return (*self.shown, *(Case(each.call) for each in self.stated), *self.inside, *self.any, *self.watched)

    @property
    def is_worth_it(self) -> bool:
        """Whether more could be told of them than the examples told."""
        return bool(self.stated or self.inside or self.any)


def conduct(candidates: Sequence[Candidate], plans: dict[UnitId, Plan], quick: Ground, patient: Ground) -> list[str]:
    """Return of each candidate that answers its examples what is wrong with how it behaves; empty where nothing is.

    Args:
        candidates: The candidates.
        plans: The calls to be made of each unit (`plan_of`).
        quick: Where most calls are made.
        patient: Where a call is made again that did not end there.
    """
    plans = dict(plans)
    contracted = list({each.spec.unit: each.spec for each in candidates if each.spec.contract}.values())
    if contracted:
        asked = [(spec, plans[spec.unit].cases) for spec in contracted]
        for spec, allowed in zip(contracted, allowed_cases(asked, quick), strict=True):
            plans[spec.unit] = _within(plans[spec.unit], frozenset(allowed))
    chosen = [number for number, each in enumerate(candidates) if plans[each.spec.unit].is_worth_it]
    runners = [
        Runner(candidates[it].spec, _text(candidates[it]), plans[candidates[it].spec.unit].cases) for it in chosen
    ]
    found = [""] * len(candidates)
    for number, runner, shown in zip(chosen, runners, shown_by(runners, quick) if runners else [], strict=True):
        told = dict(zip(runner.cases, shown, strict=True))
        found[number] = _what(runner.spec, plans[runner.spec.unit], told) or _endless(runner, plans, told, patient)
    _ask_lazy(candidates, plans, quick, found)
    return found


@lru_cache(maxsize=256)
def plan_of(spec: Spec) -> Plan:
    """Return the calls to be made of a unit."""
    examples = example_cases(spec, parameters_of(spec))
    shown = tuple(case for case in examples if not case.setup)
    is_changeable = spec.method in {"", "static"} and not _may_change(spec)
    generated = generated_cases(spec)[:_GENERATED] if is_changeable else ()
    watched = tuple(case for case in map(_resolved, examples) if case is not None) if is_changeable else ()
    equations = tuple(Edge(case.call, value) for case, value in stated_equations(spec))
    known = {each.call for each in equations}
    stated = (*equations, *(each for each in stated_edges(spec) if each.call not in known))
    changeable = tuple(filter(_has_mutable, generated))
    return Plan(shown, stated, inside_cases(spec), changeable, watched, promises(spec))


def _resolved(case: Case) -> Case | None:
    """Return a call with what its names were given before it; None where it has no names, or others."""
    if not case.setup:
        return None
    given = {
        target.id: node.value
        for source in case.setup
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    values = [ast.parse(value, mode="eval").body for value in case.call.values]
    named = [given.get(value.id, value) if isinstance(value, ast.Name) else value for value in values]
    resolved = Case(UnitCall(tuple(map(ast.unparse, named))))
    return resolved if named != values and all(_read(resolved)) else None


def _within(plan: Plan, allowed: frozenset[Case]) -> Plan:
    return Plan(
        tuple(case for case in plan.shown if case in allowed),
        tuple(each for each in plan.stated if Case(each.call) in allowed),
        tuple(case for case in plan.inside if case in allowed),
        tuple(case for case in plan.any if case in allowed),
        tuple(case for case in plan.watched if case in allowed),
        plan.promises,
    )


def _may_change(spec: Spec) -> bool:
    """Whether a spec is about changing what it is given."""
    returns = definition_of(spec).returns
    gives_nothing = returns is None or (isinstance(returns, ast.Constant) and returns.value is None)
    return gives_nothing or bool(_IN_PLACE.search(prose(spec.docstring)))


def _has_mutable(case: Case) -> bool:
    nodes = (node for value in case.call.values for node in walk(ast.parse(value, mode="eval")))
    return any(isinstance(node, ast.List | ast.Dict) for node in nodes)


def _what(spec: Spec, plan: Plan, told: dict[Case, Shown | None]) -> str:
    for edge in plan.stated:
        one = told[case := Case(edge.call)]
        if one is not None and one.text not in {ENDLESS, ENDED} and not _is_as_stated(edge, one):
            wanted = edge.value or f"that it raises {edge.exception}"
            return f"{_line(spec, case)}\nthe text of the docstring says {wanted}, it gives {one.text:.200}"
    for case in plan.inside:
        one = told[case]
        if one is not None and one.is_exception and _is_mistake(one.text, spec):
            return f"{_line(spec, case)}\nraises {one.text:.200}, though this lies between the examples"
        if one is not None and not one.is_exception and (broken := _broken(spec, plan, case, one)):
            return f"{_line(spec, case)}\ngives {one.text:.200}, but the docstring says {broken!r:.200}"
    is_watched = any(told[case] and not _changed(case, told[case]) for case in plan.watched)
    if not is_watched and any(_changed(case, told[case]) for case in plan.shown):
        return ""
    for case in (*(plan.shown if is_watched else ()), *plan.any):
        if changed := _changed(case, told[case]):
            return (
                f"{_line(spec, case)}\nleaves {changed:.200} where it was given something else, and in no example "
                "that could show it: work on a copy; where it is to change that, the docstring has to say `in place`"
            )
    return ""


def _is_as_stated(edge: Edge, shown: Shown) -> bool:
    if edge.value:
        return not shown.is_exception and shown.text == edge.value
    raised = getattr(builtins, shown.text.partition(":")[0], None)
    wanted = getattr(builtins, edge.exception, None)
    if not shown.is_exception or not isinstance(raised, type) or not isinstance(wanted, type):
        return shown.is_exception
    return issubclass(raised, wanted)


def _broken(spec: Spec, plan: Plan, case: Case, shown: Shown) -> str:
    """Return the words whose promise a result breaks; empty where it breaks none."""
    given = arguments_of(case.call.values, spec) if plan.promises else None
    if given is None:
        return ""
    try:
        result = ast.literal_eval(shown.text)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return ""
    return next((each.words for each in plan.promises if not each.holds(given, result)), "")


def _endless(runner: Runner, plans: dict[UnitId, Plan], told: dict[Case, Shown | None], patient: Ground) -> str:
    """Return the call between the examples that does not end; one that took too long is made again, alone."""
    plan = plans[runner.spec.unit]
    late = [case for case in plan.inside if (one := told[case]) is not None and one.text in {ENDLESS, ENDED}]
    if not late:
        return ""
    ((again,),) = shown_by([replace(runner, cases=(late[0],))], patient)
    if again is None or again.text not in {ENDLESS, ENDED}:
        return ""
    return f"{_line(runner.spec, late[0])}\ngives {again.text}, though this lies between the examples"


def _ask_lazy(candidates: Sequence[Candidate], plans: dict[UnitId, Plan], ground: Ground, found: list[str]) -> None:
    """Note for each candidate that gives one item after the other whether it changes one that it gave before."""
    chosen = [it for it, each in enumerate(candidates) if not found[it] and is_lazy(definition_of(each.spec).returns)]
    runners: list[Runner] = []
    for number in chosen:
        spec, plan = candidates[number].spec, plans[candidates[number].spec.unit]
        cases = tuple(dict.fromkeys((*plan.shown, *plan.inside, *plan.any)))
        runners += [Runner(spec, _text(candidates[number]), cases, copies) for copies in (False, True)]
    shown = iter(shown_by(runners, ground) if runners else [])
    for number, runner in zip(chosen, runners[::2], strict=True):
        for case, kept, copied in zip(runner.cases, next(shown), next(shown), strict=True):
            if kept and copied and not {ENDLESS, ENDED} & {kept.text, copied.text} and kept.differs(copied):
                found[number] = (
                    f"{_line(runner.spec, case)}\ngives {copied.text:.200}, of which {kept.text:.200} is left when all "
                    "of it was given: give a new object each time"
                )
                break


def _is_mistake(text: str, spec: Spec) -> bool:
    name = text.partition(":")[0]
    raised = (example.exception or "" for example in spec.examples)
    return name in _MISTAKES and name not in spec.docstring and not any(name in each for each in raised)


def _changed(case: Case, shown: Shown | None) -> str:
    """Return an argument as a call left it, where that is not what it was given; empty where none is."""
    if shown is None or shown.is_exception or shown.has_set or not shown.left:
        return ""
    return next((after for before, after in zip(_read(case), shown.left, strict=True) if before not in {after, ""}), "")


def _read(case: Case) -> Iterator[str]:
    for value in case.call.values:
        try:
            yield repr(ast.literal_eval(value))
        except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
            yield ""


def _line(spec: Spec, case: Case) -> str:
    return doctest_line(spec, parameters_of(spec), case.call)


def _text(candidate: Candidate) -> str:
    return candidate.implementation.decode("utf-8", "replace")
