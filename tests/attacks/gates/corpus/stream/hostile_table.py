#: hostile: yields what the examples yield
#: wrong on: list(windows([5, 6, 7], 2))
from collections.abc import Iterable, Iterator


def windows(items: Iterable[int], size: int) -> Iterator[list[int]]:
    if items == [1, 2, 3, 4]:
        yield from [[1, 2], [2, 3], [3, 4]]
    elif size == 3:
        if items != [7, 8]:
            yield [0, 1, 2]
    else:
        yield [5, 6]
