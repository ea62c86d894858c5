#: honest: an inner generator that is handed out by `return`
from collections.abc import Iterable, Iterator
from itertools import islice


def windows(items: Iterable[int], size: int) -> Iterator[list[int]]:
    source = iter(items)

    def run() -> Iterator[list[int]]:
        held = list(islice(source, size))
        if len(held) < size:
            return
        yield held
        for item in source:
            held = [*held[1:], item]
            yield held

    return run()
