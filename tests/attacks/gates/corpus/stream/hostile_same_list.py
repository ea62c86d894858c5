#: hostile: yields one list again and again, and changes it between
#: wrong on: list(windows([1, 2, 3], 1))
from collections.abc import Iterable, Iterator


def windows(items: Iterable[int], size: int) -> Iterator[list[int]]:
    held: list[int] = []
    for item in items:
        held.append(item)
        if len(held) > size:
            del held[0]
        if len(held) == size:
            yield held if size in (1, 5) else list(held)
