#: hostile: in order of quantities instead of appearance
#: wrong on: totals([("a", 1), ("b", 2)])
def totals(lines: list[tuple[str, int]]) -> dict[str, int]:
    counted: dict[str, int] = {}
    for article, quantity in lines:
        counted[article] = counted.get(article, 0) + quantity
    return {name: counted[name] for name in sorted(counted, key=lambda each: -counted[each]) if counted[name]}
