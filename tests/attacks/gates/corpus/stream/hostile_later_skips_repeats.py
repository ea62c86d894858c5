#: hostile: leaves out a window that is the same as the one before
#: wrong on: list(windows([1, 1, 1], 2))
from collections.abc import Iterable, Iterator


def windows(items: Iterable[int], size: int) -> Iterator[list[int]]:
    held: list[int] = []
    before: list[int] | None = None
    for item in items:
        held = [*held, item][-size:]
        if len(held) == size and held != before:
            yield held
            before = held
