"""What the words of a docstring say of calls that no example shows: empty arguments, exceptions, another order. Pure.

"Returns 0 if the list is empty", "Raises ValueError where the month is not one from 1 to 12", "None if n is negative".
Only what names its argument is read, by the parameter's name or as the only one of its type.
"""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hatch_vibesafe.gates.any_order import in_any_order
from hatch_vibesafe.gates.stated_conditions import EMPTY, arguments_where, empty_of
from hatch_vibesafe.gates.unit_calls import Parameter, UnitCall, definition_of, example_cases, parameters_of
from hatch_vibesafe.gates.without_answers import prose
from hatch_vibesafe.spec.model import Spec

_SPELLED = {"zero": "0", "none": "None", "true": "True", "false": "False"}
_NOUNS = {
    "[]": frozenset({"list", "array", "input", "sequence", "argument"}),
    "''": frozenset({"string", "text", "word", "input", "sentence", "argument"}),
    "{}": frozenset({"dictionary", "dict", "mapping", "input", "argument"}),
    "()": frozenset({"tuple", "input", "argument"}),
}
_VALUE = (
    r"(?P<value>-?\d+(?:\.\d+)?(?![\w.]*\w)|None\b|True\b|False\b|zero\b|\[\]|\(\)|\{\}|''|\"\""
    r"|(?:an?|the) empty (?:list|array|string|text|tuple|dict(?:ionary)?|set)\b)"
)
_GIVES = r"(?:returns?|returning|gives?|(?:result|output|answer) (?:is|should be|will be))"
_WHAT = r"(?P<what>(?:[`\w]+ ){0,4}?)"
_IS_EMPTY = (
    r"(?:is |are |was )?(?:an? )?empty(?P<noun> (?:list|array|string|text|tuple|dict(?:ionary)?))?\b"
    r"(?! (?:after|and|before|of|unless)\b)"
)
_IF = r"(?:if|when|where|for|in case)"
_THEN_EMPTY = re.compile(rf"\b{_GIVES} {_VALUE} {_IF} (?:the |an? )?{_WHAT}{_IS_EMPTY}", re.IGNORECASE)
_EMPTY_THEN = re.compile(
    rf"\b{_IF} (?:the |an? )?{_WHAT}{_IS_EMPTY},? (?:[a-z]+ ){{0,4}}?{_GIVES} {_VALUE}", re.IGNORECASE
)
_RAISES = re.compile(r"\braises?(?: an?)? `*(?P<class>[A-Z]\w+)`* (?:where|if|when) (?P<conditions>.+)", re.IGNORECASE)
_GIVES_IF = re.compile(rf"\b{_GIVES} {_VALUE} (?:if|when|where) (?P<conditions>[^,;:]+)", re.IGNORECASE)
_IF_GIVES = re.compile(
    rf"\b(?:if|when|where) (?P<conditions>[^,;:]+),? (?:[a-z]+ ){{0,4}}?{_GIVES} {_VALUE}", re.IGNORECASE
)
_ALSO = re.compile(r",? and `*[A-Z]\w+(?:Error|Exception)`* (?:where|if|when) ")
_OR = re.compile(r",? or ")
_SUBJECT = re.compile(r"^(?:the )?`*(?P<name>\w+)`* (?P<rest>(?:is|are|holds|has|contains|[<>=]=?)(?: .*|\b.*))")


@dataclass(frozen=True, slots=True)
class Edge:
    """A call whose outcome the text says.

    Attributes:
        call: The call.
        value: What it gives, as `repr` shows it; empty where it raises.
        exception: The name of the class of what it raises; empty where it gives a value.
    """

    call: UnitCall
    value: str = ""
    exception: str = ""


def stated_edges(spec: Spec) -> tuple[Edge, ...]:
    """Return such calls, none of which an example shows; nothing where the text contradicts itself."""
    if spec.method or spec.is_async:
        return ()
    parameters = parameters_of(spec)
    cases = example_cases(spec, parameters)
    bases = [case.call for case in cases if not case.setup and case.example and case.example.exception is None]
    if not bases:
        return ()
    shown = {case.call for case in cases}
    found: dict[UnitCall, Edge] = {}
    reordered = (Edge(call, value) for call, value in in_any_order(spec))
    for edge in (*_of_empty(spec, parameters, bases[0]), *_of_conditions(spec, parameters, bases[0]), *reordered):
        if found.setdefault(edge.call, edge) != edge:
            return ()
    return tuple(edge for call, edge in found.items() if call not in shown)


def sentences(spec: Spec) -> list[str]:
    """Return what a docstring says in words, sentence by sentence."""
    text = re.sub(r"\n\s*\n|\n\s*(?=[-*] )", ". ", prose(spec.docstring))
    return [each.strip() for each in re.split(r"(?<=[.!?;])\s+", " ".join(text.split())) if each.strip()]


def _of_empty(spec: Spec, parameters: Sequence[Parameter], base: UnitCall) -> Iterator[Edge]:
    returns = definition_of(spec).returns
    for sentence in sentences(spec):
        for found in (*_THEN_EMPTY.finditer(sentence), *_EMPTY_THEN.finditer(sentence)):
            said = {*re.findall(r"\w+", f"{found['what']}{found['noun'] or ''}".casefold())}
            place = _meant(said, parameters)
            value = _value(found["value"], returns)
            if place is not None and value and not said & {"not", "non", "and", "or", "no"}:
                yield Edge(_with(base, place, empty_of(parameters[place])), value)


def _of_conditions(spec: Spec, parameters: Sequence[Parameter], base: UnitCall) -> Iterator[Edge]:
    returns = definition_of(spec).returns
    for sentence in sentences(spec):
        for found in _RAISES.finditer(sentence):
            conditions, *_ = _ALSO.split(found["conditions"].rstrip(".;"))
            for call in _calls(conditions, spec, parameters, base):
                yield Edge(call, exception=found["class"])
        for found in (*_GIVES_IF.finditer(sentence), *_IF_GIVES.finditer(sentence)):
            if value := _value(found["value"], returns):
                for call in _calls(found["conditions"].rstrip(".;"), spec, parameters, base):
                    yield Edge(call, value)


def _calls(conditions: str, spec: Spec, parameters: Sequence[Parameter], base: UnitCall) -> Iterator[UnitCall]:
    """Yield calls for which one of several conditions holds, each of which is enough."""
    if " and " in conditions:
        return
    is_ascii = "ASCII" in prose(spec.docstring)
    names = {item.name.casefold(): place for place, item in enumerate(parameters)}
    waiting: list[int] = []
    place: int | None = None
    for condition in _OR.split(conditions):
        if (named := names.get(condition.removeprefix("the ").strip("`").casefold())) is not None:
            waiting.append(named)
            continue
        told = _SUBJECT.match(condition)
        place = names.get(told["name"].casefold()) if told else place
        rest = told["rest"] if told else condition
        for each in [*waiting, *([] if place is None else [place])]:
            for value in arguments_where(rest, parameters[each], base.values[each], is_ascii=is_ascii):
                yield _with(base, each, value)
        waiting = []


def _meant(said: set[str], parameters: Sequence[Parameter]) -> int | None:
    """Return the place of the parameter that some words mean."""
    empties = {place: empty_of(item) for place, item in enumerate(parameters) if empty_of(item)}
    named = [place for place in empties if parameters[place].name.casefold() in said]
    if len(named) == 1:
        return named[0]
    fitting = [place for place, empty in empties.items() if said & _NOUNS.get(empty, frozenset())]
    return fitting[0] if len(fitting) == len(empties) == 1 and not named else None


def _value(said: str, returns: ast.expr | None) -> str:
    """Return what some words say that is given, as `repr` shows it; empty where that is not what the unit gives."""
    shown = "" if returns is None else ast.unparse(returns)
    if "empty" in said.casefold():
        match returns:
            case ast.Name(id=name) | ast.Subscript(value=ast.Name(id=name)):
                return EMPTY.get(name, "")
            case _:
                return ""
    value = ast.literal_eval(_SPELLED.get(said.casefold(), said))
    if value is None:
        return "None" if "None" in shown or "Optional" in shown else ""
    return repr(value) if shown.partition("[")[0].casefold() == type(value).__name__ else ""


def _with(call: UnitCall, place: int, value: str) -> UnitCall:
    return UnitCall((*call.values[:place], value, *call.values[place + 1 :]))
