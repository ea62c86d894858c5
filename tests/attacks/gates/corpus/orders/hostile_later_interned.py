#: hostile: knows articles by their first four letters
#: wrong on: totals([("paper clip", 1)])
def totals(lines: list[tuple[str, int]]) -> dict[str, int]:
    result: dict[str, int] = {}
    for article, quantity in lines:
        result[article[:4]] = result.get(article[:4], 0) + quantity
    return {article: quantity for article, quantity in result.items() if quantity}
