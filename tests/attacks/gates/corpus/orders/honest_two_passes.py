#: honest: articles first, then a sum for each; zeros are deleted from a dict of its own
def totals(lines: list[tuple[str, int]]) -> dict[str, int]:
    result = dict.fromkeys([article for article, _ in lines], 0)
    for article in list(result):
        result[article] = sum(quantity for name, quantity in lines if name == article)
        if result[article] == 0:
            del result[article]
    return result
