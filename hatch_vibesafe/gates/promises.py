"""What a docstring promises of every result: its order, its kind, its bounds, and where it comes from. Pure.

"Returns the biggest even number in the range [x, y]", "sorted in ascending order", "in the order in which they appear".
A promise counts only where every example that can be read keeps it, so that a phrase that means the arguments is none.
"""

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from hatch_vibesafe.gates.cases import outputs
from hatch_vibesafe.gates.stated_edges import sentences
from hatch_vibesafe.gates.unit_calls import definition_of, example_cases, parameters_of
from hatch_vibesafe.spec.model import Spec

Arguments = Mapping[str, object]

_LIST = re.compile(r"^(?:list|List|tuple|Tuple|Sequence)\[")
_COMPUTED = r"(?:sum|product|count|number|amount|difference|average|mean|index|length|total)"
_KIND = re.compile(
    r"\b(?:returns?|find|finds|compute|get) (?:the |a |an )?(?:biggest|largest|smallest|greatest|lowest|highest|maximum"
    r"|minimum|first|last|next|nearest|closest) (?P<kind>even|odd|prime|positive|negative|non-negative)"
    r"(?: (?:integer |whole )?(?:number|integer|element|value|digit|divisor|factor)\b|(?<=prime) (?:that|which|of)\b)",
    re.IGNORECASE,
)
_KINDS: Mapping[str, Callable[[int], bool]] = {
    "even": lambda number: number % 2 == 0,
    "odd": lambda number: number % 2 == 1,
    "positive": lambda number: number > 0,
    "negative": lambda number: number < 0,
    "non-negative": lambda number: number >= 0,
    "prime": lambda number: number > 1 and all(number % each for each in range(2, min(number, 10_000))),
}
_KINDS_OF_ITEMS = re.compile(
    r"\breturns? (?:the |all |a |an |list of |array of |tuple of )*(?P<kind>even|odd|prime|positive|negative)"
    r" (?:numbers|integers|digits|elements|values)\b",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\breturns? [^.]*\bbetween `*(?P<low>\w+)`* and `*(?P<high>\w+)\b", re.IGNORECASE)
_RANGE = re.compile(r"\b(?:in|within) the (?:range|interval) \[(?P<low>-?\w+), ?(?P<high>-?\w+)\]", re.IGNORECASE)
_DIVIDES = re.compile(
    r"\b(?:returns?|find|finds) (?:the )?(?:largest|smallest|biggest|greatest)(?: prime)?(?: \w+){0,2}? "
    r"(?:(?:that|which) divides|(?:prime )?(?:divisor|factor) of) `*(?P<whole>\w+)\b",
    re.IGNORECASE,
)
_ORDER = re.compile(
    r"\b(?:in )?(?P<way>ascending|increasing|descending|decreasing|sorted|alphabetical|lexicographic\w*)(?: order)?\b",
    re.IGNORECASE,
)
_OTHERWISE = re.compile(
    r"\bby\b|\baccording\b|\bbased\b|\bcriteri|\bgiven (?:a )?sorted|\bkey\b|\bif\b|\bwhether\b", re.IGNORECASE
)
_APPEARANCE = re.compile(
    r"\border(?:s)? (?:in which|that|of|left)[^.]*\b(?:appear\w*|occur\w*|same)\b|\bin the order they\b", re.IGNORECASE
)
_PICKS = re.compile(r"\b(?:filter|remove|keep only|select|drop)\b", re.IGNORECASE)
_REORDERED = re.compile(
    r"\b(?:sort\w*|order(?:ed)?|(?:de|in)creasing|(?:a|de)scending|alphabetical\w*|lexicographic\w*|reverse\w*|rotat\w*"
    r"|swap\w*)\b",
    re.IGNORECASE,
)
_CONSTANT = re.compile(r"(?<![\w.])-?\d+\b(?!\.\d)")


@dataclass(frozen=True, slots=True)
class Promise:
    """Something that holds for each result.

    Attributes:
        words: The words that promise it.
        holds: Whether it holds for arguments and a result.
    """

    words: str
    holds: Callable[[Arguments, object], bool]


def promises(spec: Spec) -> tuple[Promise, ...]:
    """Return what a docstring promises of results, and no example breaks."""
    if spec.method or spec.is_async:
        return ()
    shown = [*_shown(spec)]
    if not shown:
        return ()
    return tuple(each for each in _said(spec) if _is_kept(each, shown))


def _is_kept(promise: Promise, shown: Sequence[tuple[Arguments, object]]) -> bool:
    return all(promise.holds(arguments, result) for arguments, result in shown)


def _shown(spec: Spec) -> Iterator[tuple[Arguments, object]]:
    """Yield arguments and results of the examples."""
    given_by = outputs(spec)
    for case in example_cases(spec, parameters_of(spec)):
        output = None if case.example is None else given_by.get(case.example)
        if output is not None and (given := arguments_of(case.call.values, spec)) is not None:
            yield given, ast.literal_eval(output)


def arguments_of(values: Sequence[str], spec: Spec) -> Arguments | None:
    """Return the arguments of a call by their names; None where one of them is not written out."""
    try:
        return {item.name: ast.literal_eval(it) for item, it in zip(parameters_of(spec), values, strict=True)}
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return None


def _said(spec: Spec) -> Iterator[Promise]:
    returns = definition_of(spec).returns
    kind = "" if returns is None else ast.unparse(returns)
    names = [item.name for item in parameters_of(spec)]
    said = sentences(spec)
    # "or -1 where there is none": whatever number the text names may be given where there is nothing of the kind.
    otherwise = {int(found[0]) for sentence in said for found in _CONSTANT.finditer(sentence)}
    is_reordered = any(_REORDERED.search(sentence) for sentence in said)
    is_by_rule = any(_REORDERED.search(sentence) and _OTHERWISE.search(sentence) for sentence in said)
    for sentence in said:
        if kind in {"int", "int | None", "Optional[int]"}:
            yield from _of_number(sentence, names, otherwise)
        if _LIST.match(kind):
            if not is_by_rule:
                yield from _of_order(sentence)
            yield from _of_items(sentence, names)
            if _APPEARANCE.search(sentence):
                yield Promise(_APPEARANCE.findall(sentence)[0] or "order of appearance", _in_order_of_arguments)
            if not is_reordered and (_PICKS.match(sentence) or _PICKS.search(sentence.partition(",")[2])):
                yield Promise(sentence, _is_picked)
        elif kind.startswith(("dict[", "Dict[")) and _APPEARANCE.search(sentence):
            yield Promise(sentence, _in_order_of_arguments)


def _of_number(sentence: str, names: Sequence[str], otherwise: set[int]) -> Iterator[Promise]:
    if told := _KIND.search(sentence):
        test = _KINDS[told["kind"].casefold()]
        yield Promise(told[0], lambda _, result: _is_free(result, otherwise) or test(_number(result)))
        if bounds := _RANGE.search(sentence):
            low, high = bounds["low"], bounds["high"]
            if all(each in names or each.lstrip("-").isdigit() for each in (low, high)):
                yield Promise(
                    bounds[0],
                    lambda given, result: (
                        _is_free(result, otherwise) or _bound(low, given) <= _number(result) <= _bound(high, given)
                    ),
                )
    if (told := _DIVIDES.search(sentence)) and (whole := told["whole"]) in names:
        yield Promise(
            told[0],
            lambda given, result: (
                _is_free(result, otherwise) or _number(result) == 0 or _bound(whole, given) % _number(result) == 0
            ),
        )


def _of_items(sentence: str, names: Sequence[str]) -> Iterator[Promise]:
    if told := _KINDS_OF_ITEMS.search(sentence):
        test = _KINDS[told["kind"].casefold()]
        yield Promise(told[0], lambda _, result: all(map(test, _whole(result))))
    if (told := _BETWEEN.search(sentence)) and (low := told["low"]) in names and (high := told["high"]) in names:

        def lie_between(given: Arguments, result: object) -> bool:
            ends = sorted((_bound(low, given), _bound(high, given)))
            return all(ends[0] <= each <= ends[1] for each in _whole(result))

        yield Promise(told[0], lie_between)


def _of_order(sentence: str) -> Iterator[Promise]:
    told = _ORDER.search(sentence)
    if told is None or not re.search(r"\b(?:returns?|sort|output|result)", sentence, re.IGNORECASE):
        return
    is_down = told["way"].casefold() in {"descending", "decreasing"}
    yield Promise(told[0], lambda _, result: _is_sorted(result, is_down=is_down))


def _is_free(result: object, otherwise: set[int]) -> bool:
    """Whether a result is no number, or one that the text gives where there is no such number."""
    return type(result) is not int or result in otherwise


def _number(result: object) -> int:
    return result if isinstance(result, int) else 0


def _bound(said: str, given: Arguments) -> int:
    return _number(given[said]) if said in given else int(said)


def _is_sorted(result: object, *, is_down: bool) -> bool:
    if not isinstance(result, list | tuple) or not all(type(each) in {int, float, str} for each in result):
        return True
    if len({isinstance(each, str) for each in result}) > 1:
        return True
    ordered = sorted(result, reverse=is_down)
    return ordered == [*result]


def _leaves(value: object) -> Iterator[object]:
    match value:
        case list() | tuple():
            for each in value:
                yield from _leaves(each)
        case _:
            yield value


def _in_order_of_arguments(given: Arguments, result: object) -> bool:
    """Whether what comes out and went in comes out in the order in which it first went in."""
    items = [repr(each) for value in given.values() if isinstance(value, list | tuple) for each in _leaves(value)]
    places = {item: place for place, item in reversed([*enumerate(items)])}
    known = [places[repr(each)] for each in _items(result) if repr(each) in places]
    return all(one <= other for one, other in pairwise(known))


def _whole(result: object) -> Sequence[int]:
    return [each for each in _items(result) if type(each) is int]


def _items(result: object) -> Sequence[object]:
    return [*result] if isinstance(result, list | tuple | dict) else []


def _is_picked(given: Arguments, result: object) -> bool:
    """Whether each item of a result stands in the only list that was given, in its order."""
    lists = [value for value in given.values() if isinstance(value, list | tuple)]
    if len(lists) != 1 or not isinstance(result, list | tuple):
        return True
    rest = iter(map(repr, lists[0]))
    return all(repr(each) in rest for each in result)
