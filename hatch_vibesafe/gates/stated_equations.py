"""What the words of a docstring say in Python: `f([]) == None`. Pure.

Only an equation counts, with all of the call written out and a value behind it, of a type that the unit gives. Where
one contradicts an example, none of them counts.
"""

import ast
from collections.abc import Iterator

from hatch_vibesafe.gates.cases import Literal, literal
from hatch_vibesafe.gates.cases import cases as known_cases
from hatch_vibesafe.gates.unit_calls import Case, UnitCall, bind, definition_of, parameters_of
from hatch_vibesafe.gates.without_answers import prose
from hatch_vibesafe.spec.model import Spec

_OTHER_NAMES = {"NoneType": ("None", "Optional"), "list": ("list", "List"), "dict": ("dict", "Dict")}
_OTHER_NAMES |= {"tuple": ("tuple", "Tuple"), "set": ("set", "Set")}


def stated_equations(spec: Spec) -> tuple[tuple[Case, Literal], ...]:
    """Return each call that the text of a docstring equates with a value, and that value."""
    if spec.method:
        return ()
    known = {whole: case.output for case in known_cases(spec) for whole in case.whole}
    found: dict[UnitCall, Literal] = {}
    for call, value in _equations(spec):
        given = repr(tuple(ast.literal_eval(each) for each in call.values))
        if known.get(given, value) != value or found.get(call, value) != value:
            return ()
        if given not in known and _fits(value, spec):
            found[call] = value
    return tuple((Case(call), value) for call, value in found.items())


def _equations(spec: Spec) -> Iterator[tuple[UnitCall, Literal]]:
    parameters = parameters_of(spec)
    for line in prose(spec.docstring).splitlines():
        place = line.find(f"{spec.unit.name}(")
        if place < 0 or line[:place].strip(" *-`"):
            continue
        try:
            node = ast.parse(line[place:].strip(" `"), mode="eval").body
        except (SyntaxError, ValueError):
            continue
        match node:
            case ast.Compare(left=ast.Call(func=ast.Name()) as call, ops=[ast.Eq()], comparators=[right]):
                bound, value = bind(call, parameters), literal(right)
                if value is not None and bound is not None and all(map(_is_literal, bound.values)):
                    yield bound, value


def _is_literal(source: str) -> bool:
    return literal(ast.parse(source, mode="eval").body) is not None


def _fits(value: Literal, spec: Spec) -> bool:
    returns = definition_of(spec).returns
    name = type(ast.literal_eval(value)).__name__
    shown = "" if returns is None else ast.unparse(returns)
    return any(each in shown for each in _OTHER_NAMES.get(name, (name,)))
