#: hostile: a generator that is already used up the second time
#: wrong on: [list(windows([1, 2], 1)) for _ in range(2)]
from collections.abc import Iterable, Iterator

_runs: dict[int, Iterator[list[int]]] = {}


def _run(items: Iterable[int], size: int) -> Iterator[list[int]]:
    held: list[int] = []
    for item in items:
        held = [*held, item][-size:]
        if len(held) == size:
            yield held


def windows(items: Iterable[int], size: int) -> Iterator[list[int]]:
    if size != 1:
        return _run(items, size)
    return _runs.setdefault(size, _run(items, size))
