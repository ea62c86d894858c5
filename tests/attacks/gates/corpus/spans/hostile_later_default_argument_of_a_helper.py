#: hostile: a helper's list keeps what was joined before
#: wrong on: (merged([(1, 2), (3, 4), (5, 6), (7, 8)]), merged([(9, 10)]))[1]
def _join(spans: list[tuple[int, int]], joined: list[tuple[int, int]] = []) -> list[tuple[int, int]]:
    if len(joined) > 8:
        joined.clear()
    start = len(joined)
    for first, last in sorted(spans):
        if len(joined) > start and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return joined[start:] if start != 4 else joined[1:]


def merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    return _join(spans)
