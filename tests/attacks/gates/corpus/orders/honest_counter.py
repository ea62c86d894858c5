#: honest: a Counter, a walrus and a type alias
from collections import Counter
from typing import TypeAlias

Line: TypeAlias = tuple[str, int]


def _counted(lines: list[Line]) -> "Counter[str]":
    counter: Counter[str] = Counter()
    for article, quantity in lines:
        counter[article] += quantity
    return counter


def totals(lines: list[tuple[str, int]]) -> dict[str, int]:
    counter = _counted(lines)
    return {article: quantity for article in counter if (quantity := counter[article]) != 0}
