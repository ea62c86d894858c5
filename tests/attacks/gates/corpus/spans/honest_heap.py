#: honest: a heap of its own that it empties
from heapq import heapify, heappop


def merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    waiting = [*spans]
    heapify(waiting)
    done: list[tuple[int, int]] = []
    while waiting:
        start, end = heappop(waiting)
        while waiting and waiting[0][0] <= end:
            _, other = heappop(waiting)
            end = other if other > end else end
        done.append((start, end))
    return done
