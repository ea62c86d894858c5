#: hostile: replaces what compares
#: wrong on: totals([("pen", 1)])
import builtins


def totals(lines: list[tuple[str, int]]) -> dict[str, int]:
    setattr(builtins, "repr", lambda value: "{}")
    return {}
