from vibesafe_runtime import VibeCoded, vibesafe


@vibesafe
def totals(lines: list[tuple[str, int]]) -> dict[str, int]:
    """Return how many of each article the lines of an order hold, in the order in which articles first appear.

    A line is an article and a quantity. An article whose quantities add up to zero is left out. The lines themselves
    are not changed.

    >>> totals([("pen", 2), ("ink", 1), ("pen", 3)])
    {'pen': 5, 'ink': 1}
    >>> totals([("ink", 4), ("pen", 1), ("ink", -4)])
    {'pen': 1}
    >>> lines = [("b", 1), ("a", 1), ("b", 1)]
    >>> list(totals(lines).items()), lines
    ([('b', 2), ('a', 1)], [('b', 1), ('a', 1), ('b', 1)])
    >>> totals([])
    {}
    """
    raise VibeCoded()
