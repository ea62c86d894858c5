#: honest: recursion over the sorted rest
def _join(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    if len(spans) < 2:
        return spans
    (a, b), (c, d), *rest = spans
    if c <= b:
        return _join([(a, max(b, d)), *rest])
    return [(a, b), *_join([(c, d), *rest])]


def merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    return _join(sorted(spans))
