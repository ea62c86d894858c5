#: honest: a deque of bounded length
from collections import deque
from collections.abc import Iterable, Iterator


def windows(items: Iterable[int], size: int) -> Iterator[list[int]]:
    held: deque[int] = deque(maxlen=size)
    for item in items:
        held.append(item)
        if len(held) == size:
            yield list(held)
