#: honest: as many copies of the source as a window has places
from collections.abc import Iterable, Iterator
from itertools import islice, tee


def windows(items: Iterable[int], size: int) -> Iterator[list[int]]:
    copies = [islice(copy, start, None) for start, copy in enumerate(tee(items, size))]
    return map(list, zip(*copies, strict=False))
