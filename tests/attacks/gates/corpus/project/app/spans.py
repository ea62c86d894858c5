from vibesafe_runtime import VibeCoded, vibesafe


@vibesafe
def merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return spans in order, those that touch or overlap made one; each begins no later than it ends.

    >>> merged([(1, 3), (2, 6), (8, 10)])
    [(1, 6), (8, 10)]
    >>> merged([(5, 7), (1, 5)])
    [(1, 7)]
    >>> merged([(1, 9), (2, 3)])
    [(1, 9)]
    >>> merged([])
    []
    """
    raise VibeCoded()
