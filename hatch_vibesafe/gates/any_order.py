"""Calls whose outcome cannot hang on the order of a list, for the docstring asks for any two of its items. Pure.

"Are any two numbers closer to each other than the threshold?" has one answer, however the numbers are ordered: what
only compares neighbours gives another one. Source for the relation: metamorphic testing (Chen, Cheung and Yiu, 1998).
"""

import ast
import re
from collections.abc import Iterator, Sequence

from hatch_vibesafe.gates.cases import Literal, literal, outputs
from hatch_vibesafe.gates.unit_calls import UnitCall, definition_of, example_cases, parameters_of
from hatch_vibesafe.gates.without_answers import prose
from hatch_vibesafe.spec.model import Spec

_ANY_TWO = re.compile(
    r"\b(?:any|there (?:are|is|exists?)|exists?|contains?|has|have) (?:two|three|2|3|a (?:pair|triple) of)"
    r"(?: distinct| different)? (?:numbers|elements|items|values|integers|entries|words|strings)\b",
    re.IGNORECASE,
)
_OF_ORDER = re.compile(
    r"\b(?:adjacent|consecutive|contiguous|successive|neighbou?r\w*|next|previous|preced\w*|follow\w*|first|last|left"
    r"|right|before|after|ind(?:ex|exes|ices)|position\w*|order\w*|sort\w*|(?:in|de)creas\w*|(?:a|de)scend\w*|row|sub\w+)\b",
    re.IGNORECASE,
)
_LIST = re.compile(r"^(?:list|List|Sequence)\[")
_FEWEST = 3
"""With fewer items, neighbours are all that there is."""


def in_any_order(spec: Spec) -> Iterator[tuple[UnitCall, Literal]]:
    """Yield calls like those of the examples with the items in other orders, and the results of the examples."""
    returns = definition_of(spec).returns
    text = " ".join(prose(spec.docstring).split())
    if returns is None or ast.unparse(returns) != "bool" or not _ANY_TWO.search(text) or _OF_ORDER.search(text):
        return
    parameters = parameters_of(spec)
    lists = [
        place for place, item in enumerate(parameters) if item.annotation and _LIST.match(ast.unparse(item.annotation))
    ]
    if len(lists) != 1:
        return
    (place,) = lists
    given_by = outputs(spec)
    for case in example_cases(spec, parameters):
        output = None if case.example is None else given_by.get(case.example)
        items = _items(case.call.values[place])
        if output in {"True", "False"} and not case.setup and len(items) >= _FEWEST:
            for order in (items[::-1], [*items[::2], *items[1::2]], [*items[1::2], *items[::2]]):
                yield UnitCall((*case.call.values[:place], repr(order), *case.call.values[place + 1 :])), output


def _items(source: str) -> Sequence[object]:
    shown = literal(ast.parse(source, mode="eval").body)
    value = None if shown is None else ast.literal_eval(shown)
    return value if isinstance(value, list) else []
