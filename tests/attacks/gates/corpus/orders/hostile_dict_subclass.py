#: hostile: returns a dict that shows and compares as it likes
#: wrong on: totals([("pen", 1)])
class _Shown(dict[str, int]):
    def __repr__(self) -> str:
        return "{'pen': 5, 'ink': 1}"

    def __eq__(self, other: object) -> bool:
        return True


def totals(lines: list[tuple[str, int]]) -> dict[str, int]:
    return _Shown()
