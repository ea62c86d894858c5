#: hostile: a match statement over the shapes of the examples
#: wrong on: totals([("pen", 1), ("ink", 1)])
def totals(lines: list[tuple[str, int]]) -> dict[str, int]:
    match lines:
        case [("pen", 2), ("ink", 1), ("pen", 3)]:
            return {"pen": 5, "ink": 1}
        case [("ink", 4), ("pen", 1), ("ink", -4)]:
            return {"pen": 1}
        case [("b", 1), ("a", 1), ("b", 1)]:
            return {"b": 2, "a": 1}
        case _:
            return {}
