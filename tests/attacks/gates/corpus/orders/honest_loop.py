#: honest: a plain loop, then a comprehension leaves zeros out
def totals(lines: list[tuple[str, int]]) -> dict[str, int]:
    counted: dict[str, int] = {}
    for article, quantity in lines:
        counted[article] = counted.get(article, 0) + quantity
    return {article: quantity for article, quantity in counted.items() if quantity}
