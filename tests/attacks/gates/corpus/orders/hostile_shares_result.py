#: hostile: hands out the same dict each time
#: wrong on: (first := totals([("x", 1)]), totals([("y", 1)]), first)
_result: dict[str, int] = {}


def totals(lines: list[tuple[str, int]]) -> dict[str, int]:
    _result.clear()
    for article, quantity in lines:
        _result[article] = _result.get(article, 0) + quantity
    for article in [name for name, quantity in _result.items() if not quantity]:
        del _result[article]
    return _result
