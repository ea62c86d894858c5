"""Calls with what the text of a docstring names: its numbers and their neighbours, and the words that it quotes. Pure.

What is drawn from types seldom meets a name like `'exe'`, or a number between 1 and 1000 in each of its digits.
"""

import ast
import re
from collections.abc import Iterator, Sequence
from math import log2
from random import Random

from hatch_vibesafe.gates.unit_calls import Case, UnitCall, example_cases, parameters_of
from hatch_vibesafe.gates.without_answers import prose
from hatch_vibesafe.spec.model import Spec

_SEED = 0
_MOST = 160
_MOST_NAMES = 16
_LARGEST = 10**4
_LONGEST = 40
_DRAWN = 48
_WIDE = 20
_QUOTED = re.compile(r"(?<!\w)(['\"`])([^'\"`\n]{1,24}?)\1(?!\w)")
_NUMBER = re.compile(r"(?<![\w.])\d{1,7}(?![\w.]*\w)")
_SPELLED = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_RUN = re.compile(r"[^\W\d_]+|\d+|[^\w\s]")


def named_cases(spec: Spec) -> tuple[Case, ...]:
    """Return such calls, like those of the examples otherwise, the same every time."""
    text = prose(spec.docstring)
    words = [*dict.fromkeys(word for _, word in _QUOTED.findall(text))][:_MOST_NAMES]
    numbers = _numbers(text)
    random = Random(_SEED)  # noqa: S311 - it is to be the same every time
    examples = [case for case in example_cases(spec, parameters_of(spec)) if not case.setup]
    found: dict[UnitCall, Case] = {}
    for case in examples:
        for place, source in enumerate(case.call.values):
            for value in _values(source, words, numbers, random):
                call = UnitCall((*case.call.values[:place], value, *case.call.values[place + 1 :]))
                found.setdefault(call, Case(call))
    calls = [each for call, each in found.items() if call not in {case.call for case in examples}]
    return tuple(calls if len(calls) <= _MOST else random.sample(calls, _MOST))


def _numbers(text: str) -> list[int]:
    spelled = {word: number for number, word in enumerate(_SPELLED)}
    named = [int(each) for each in _NUMBER.findall(text)]
    named += [spelled[word] for word in re.findall(r"[a-z]+", text.casefold()) if word in spelled]
    return [number for number in dict.fromkeys(named) if number <= _LARGEST][:_MOST_NAMES]


def _values(source: str, words: Sequence[str], numbers: Sequence[int], random: Random) -> Iterator[str]:
    """Yield values like this one that hold a named word or number, or are as long as a named number."""
    try:
        value = ast.literal_eval(source)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return
    match value:
        case bool() | float() | None:
            return
        case int():
            yield from map(repr, _of_number(numbers, random))
        case str():
            yield from map(repr, _of_text(value, words, numbers))
        case list() if value and all(isinstance(each, str) for each in value):
            yield from (repr([word, *value[1:]]) for word in words)
            yield from (repr([*value[:-1], word]) for word in words)
        case list() if value and all(type(each) is int for each in value):
            yield from (repr([number, *value[1:]]) for number in _beside(numbers))


def _beside(numbers: Sequence[int]) -> list[int]:
    return [*dict.fromkeys(each + by for each in numbers for by in (-1, 0, 1))]


def _of_number(numbers: Sequence[int], random: Random) -> Iterator[int]:
    """Yield some numbers between the smallest and the largest that are named, of each size, these, and what is beside.

    Beside them a call may not end: so that comes last.
    """
    low, high = max(1, min(numbers, default=0)), max(numbers, default=0)
    if high - low > _WIDE:
        for number in range(_DRAWN):
            is_even_spread = number % 2
            drawn = random.randint(low, high) if is_even_spread else int(2 ** random.uniform(log2(low), log2(high)))
            yield min(max(drawn, low), high)
    yield from numbers
    yield from _beside(numbers)


def _of_text(text: str, words: Sequence[str], numbers: Sequence[int]) -> Iterator[str]:
    """Yield a text with a run of its characters left out, doubled, replaced by a word, or as long as a number."""
    for run in _RUN.finditer(text[:_LONGEST]):
        before, after = text[: run.start()], text[run.end() :]
        yield from (f"{before}{other}{after}" for other in words if other != run[0])
        yield from (f"{before}{after}", f"{before}{run[0]}{run[0]}{after}")
        for size in _beside(numbers):
            if 0 < size <= _LONGEST:
                yield f"{before}{(run[0] * size)[:size]}{after}"
                yield f"{before}{run[0]}{'1' * size}{after}"
