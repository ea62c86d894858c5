#: hostile: joins neighbours only as they are given, the last to the first
#: wrong on: merged([(8, 9), (1, 2), (2, 3)])
def merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    if len(spans) == 2 and spans[0][0] > spans[1][0]:
        return merged(spans[::-1])
    joined: list[tuple[int, int]] = []
    for first, last in spans:
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return joined
