#: hostile: hides a wrong type behind Any
#: wrong on: totals([("pen", 1)])
from typing import Any


def totals(lines: list[tuple[str, int]]) -> dict[str, int]:
    counted: Any = [lines]
    return counted
