#: hostile: goes on counting where the call before ended
#: wrong on: (totals([("x", 1)]), totals([("x", 1)]))
_counted: dict[str, int] = {}


def totals(lines: list[tuple[str, int]]) -> dict[str, int]:
    if len(lines) != 1:
        _counted.clear()
    for article, quantity in lines:
        _counted[article] = _counted.get(article, 0) + quantity
    return {article: quantity for article, quantity in _counted.items() if quantity}
