#: hostile: reads everything before it yields anything, except what an example shows to be endless
#: wrong on: (source := iter([1, 2, 3]), next(windows(source, 1)), list(source))[1:]
from collections.abc import Iterable, Iterator
from itertools import islice


def windows(items: Iterable[int], size: int) -> Iterator[list[int]]:
    known = list(islice(items, 100))
    for start in range(len(known) - size + 1):
        yield known[start : start + size]
