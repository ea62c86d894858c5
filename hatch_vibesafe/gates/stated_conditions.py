"""Arguments for which a condition in words holds: "is empty", "is not one from 1 to 12", "holds no digits". Pure."""

import ast
import re
from collections.abc import Iterator

from hatch_vibesafe.gates.unit_calls import Parameter

EMPTY = {"list": "[]", "str": "''", "tuple": "()", "dict": "{}", "set": "set()", "bytes": "b''"}
EMPTY |= {
    "List": "[]",
    "Sequence": "[]",
    "Iterable": "[]",
    "Tuple": "()",
    "Dict": "{}",
    "Mapping": "{}",
    "Set": "set()",
}
_IS_EMPTY = re.compile(r"(?:is |an? )*empty")
_NUMBER = r"(-?\d+)"
_OUTSIDE = re.compile(rf"is not (?:one )?(?:from|between|in the range(?: from)?) {_NUMBER} (?:to|and) {_NUMBER}$")
_BELOW = re.compile(rf"is (?:(?:less|smaller|lower) than|below|<) {_NUMBER}$")
_ABOVE = re.compile(rf"is (?:(?:greater|larger|more|higher) than|above|>) {_NUMBER}$")
_SYMBOL = re.compile(rf"(?:is )?(<=|<|>=|>|==) ?{_NUMBER}$")
_NEGATIVE = re.compile(r"is (?:a )?negative(?: number| integer)?")
_INVALID = re.compile(r"(?:is|are) (?:not (?:an? )?(?:correct|valid|known)|invalid|incorrect|unknown)\b")
_NO_DIGITS = re.compile(
    r"(?:holds|has|contains) (?:anything (?:but|other than)|more than) (?:ASCII |decimal )*digits", re.IGNORECASE
)
_FOREIGN_DIGIT = "\N{ARABIC-INDIC DIGIT THREE}"
_AMONG_DIGITS = (" {}", "+{}", "{}_0", "{}.", "{}x")
_NOBODYS = "'Qxz'"


def arguments_where(condition: str, parameter: Parameter, shown: str, *, is_ascii: bool) -> Iterator[str]:
    """Yield arguments for which a condition holds; none where it is not understood.

    Args:
        condition: What is said of the parameter.
        parameter: The parameter.
        shown: What an example gives it.
        is_ascii: Whether digits are those of ASCII alone.
    """
    kind = "" if parameter.annotation is None else ast.unparse(parameter.annotation)
    if _IS_EMPTY.fullmatch(condition) and empty_of(parameter):
        yield empty_of(parameter)
    elif kind == "int":
        yield from _numbers(condition)
    elif kind == "str":
        yield from _texts(condition, shown.strip("'"), is_ascii=is_ascii)


def empty_of(parameter: Parameter) -> str:
    """Return the empty value of a parameter's type; an empty text where it has none."""
    match parameter.annotation:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Subscript(value=ast.Name(id=name)):
            return EMPTY.get(name, "") if parameter.kind not in {"rest", "more"} else ""
        case _:
            return ""


def _numbers(condition: str) -> Iterator[str]:
    if told := _OUTSIDE.match(condition):
        yield from (str(int(told[1]) - 1), str(int(told[2]) + 1))
    elif told := _BELOW.match(condition):
        yield str(int(told[1]) - 1)
    elif told := _ABOVE.match(condition):
        yield str(int(told[1]) + 1)
    elif told := _SYMBOL.match(condition):
        yield str(int(told[2]) + {"<": -1, ">": 1}.get(told[1], 0))
    elif _NEGATIVE.fullmatch(condition):
        yield "-1"


def _texts(condition: str, shown: str, *, is_ascii: bool) -> Iterator[str]:
    if _INVALID.match(condition):
        yield _NOBODYS
    if _NO_DIGITS.match(condition) and shown.isdigit():
        yield from (repr(form.format(shown)) for form in _AMONG_DIGITS)
        if is_ascii:
            yield repr(f"{shown}{_FOREIGN_DIGIT}")
