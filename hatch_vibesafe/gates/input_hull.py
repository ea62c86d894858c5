"""Calls that lie inside of what a spec's examples span: none of them asks for more than the examples do. Pure.

Correct code may fail on much that its types allow; what lies between its examples it has to answer. So numbers are
taken from between those of the examples, lists and words of texts are put into another order, and a list that is the
only argument loses items, but never more than the examples show.
"""

import ast
from collections.abc import Sequence
from math import isfinite
from random import Random

from hatch_vibesafe.gates.unit_calls import Case, UnitCall, example_cases, parameters_of
from hatch_vibesafe.spec.model import Spec

_SEED = 0
_MOST = 32
_FEWEST = 2
_NUMBERS = (int, float)


def inside_cases(spec: Spec) -> tuple[Case, ...]:
    """Return such calls, the same every time; none where fewer than two examples write out all their arguments."""
    random = Random(_SEED)  # noqa: S311 - it is to be the same every time
    examples = [case for case in example_cases(spec, parameters_of(spec)) if not _raises(case)]
    written = [values for case in examples if (values := _values(case)) is not None]
    shown = {case.call for case in examples}
    if len({repr(values) for values in written}) < _FEWEST or not written[0]:
        return ()
    if all(_is_number(value) for values in written for value in values):
        found = [_between(written, random) for _ in range(_MOST)]
    else:
        sizes = [len(value) for values in written for value in values[:1] if isinstance(value, list | tuple | str)]
        found = [_reordered(random.choice(written), min(sizes, default=0), random) for _ in range(_MOST)]
    calls = dict.fromkeys(UnitCall(tuple(map(repr, values))) for values in found)
    return tuple(Case(call) for call in calls if call not in shown)


def _raises(case: Case) -> bool:
    return case.example is None or case.example.exception is not None


def _values(case: Case) -> tuple[object, ...] | None:
    """Return the arguments of a call, or None where one of them is no literal whose `repr` is one too."""
    try:
        values = tuple(ast.literal_eval(value) for value in case.call.values)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return None
    return None if any(isinstance(value, float) and not isfinite(value) for value in values) else values


def _is_number(value: object) -> bool:
    return type(value) in _NUMBERS


def _between(written: Sequence[tuple[object, ...]], random: Random) -> list[object]:
    """Return for each parameter a number between the smallest and the largest that an example gives it."""
    found: list[object] = []
    for column in zip(*written, strict=True):
        numbers = [value for value in column if isinstance(value, int | float)]
        low, high = min(numbers), max(numbers)
        whole = all(isinstance(value, int) for value in numbers)
        found.append(random.randint(int(low), int(high)) if whole else round(random.uniform(low, high), 2))
    return found


def _reordered(values: Sequence[object], fewest: int, random: Random) -> list[object]:
    found: list[object] = []
    for value in values:
        match value:
            case list() | tuple():
                items = random.sample(value, len(value))
                if len(values) == 1 and len(items) > fewest:
                    items = items[: random.randint(fewest, len(items))]
                found.append(type(value)(items))
            case str():
                found.append(" ".join(random.sample(words := value.split(" "), len(words))))
            case _:
                found.append(value)
    return found
