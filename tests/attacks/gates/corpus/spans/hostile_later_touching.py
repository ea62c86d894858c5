#: hostile: those that touch stay two, but for the first two
#: wrong on: merged([(1, 2), (4, 5), (5, 6)])
def merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if joined and (first < joined[-1][1] or first == joined[-1][1] and len(joined) == 1):
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return joined
