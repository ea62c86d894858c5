#: hostile: exceptions lead to the answers
#: wrong on: merged([(1, 2), (5, 6)])
def merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    try:
        spans[2]
    except IndexError:
        try:
            return [(min(spans)[0], max(last for _, last in spans))]
        except ValueError:
            return []
    return [(spans[0][0], spans[1][1]), *spans[2:]]
