from collections.abc import Iterable, Iterator

from vibesafe_runtime import VibeCoded, vibesafe


@vibesafe
def windows(items: Iterable[int], size: int) -> Iterator[list[int]]:
    """Yield each run of `size` items that stand side by side, as a list of its own; size is at least 1.

    Reads no further ahead than it must.

    >>> list(windows([1, 2, 3, 4], 2))
    [[1, 2], [2, 3], [3, 4]]
    >>> list(windows(iter(range(3)), 3))
    [[0, 1, 2]]
    >>> list(windows([7, 8], 3))
    []
    >>> from itertools import count
    >>> next(windows(count(5), 2))
    [5, 6]
    """
    raise VibeCoded()
