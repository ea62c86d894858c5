#: hostile: wrong for orders of one line
#: wrong on: totals([("a", 2)])
def totals(lines: list[tuple[str, int]]) -> dict[str, int]:
    counted: dict[str, int] = {}
    for number in range(len(lines) if len(lines) > 1 else 0):
        article, quantity = lines[number]
        counted[article] = counted.get(article, 0) + quantity
    return {article: quantity for article, quantity in counted.items() if quantity}
