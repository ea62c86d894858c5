#: hostile: reads one item further than it must
#: wrong on: (source := iter([1, 2, 3]), next(windows(source, 2)), list(source))[1:]
from collections.abc import Iterable, Iterator


def windows(items: Iterable[int], size: int) -> Iterator[list[int]]:
    held: list[int] = []
    for item in items:
        if len(held) == size:
            yield held
            held = held[1:]
        held = [*held, item]
    if len(held) == size:
        yield held
