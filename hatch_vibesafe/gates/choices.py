"""The choices from which a value is drawn. Pure.

A value is made simpler by making its choices fewer and smaller and drawing it again: so it stays what its strategy can
give. That is how Hypothesis does it (MacIver and Donaldson, "Test-Case Reduction via Test-Case Generation", 2020).
"""

from collections.abc import Iterator, Sequence
from random import Random

Taken = tuple[int, ...]


class Choices:
    """Gives back choices that were taken before, then others at random, or the simplest where there is no random."""

    def __init__(self, before: Sequence[int] = (), random: Random | None = None) -> None:
        """Begin with the choices that were taken before."""
        self._before = before
        self._random = random
        self._taken: list[int] = []

    @property
    def taken(self) -> Taken:
        """Every choice that was taken."""
        return tuple(self._taken)

    def up_to(self, limit: int) -> int:
        """Return a number from 0, the simplest, to `limit`."""
        place = len(self._taken)
        if place < len(self._before):
            number = min(self._before[place], limit)
        else:
            number = 0 if self._random is None else self._random.randint(0, limit)
        self._taken.append(number)
        return number


def simpler_choices(taken: Taken) -> Iterator[Taken]:
    """Yield what is fewer or smaller, the boldest first."""
    for size in (8, 4, 3, 2, 1):
        for start in range(0, len(taken) - size + 1, max(1, size // 2)):
            yield (*taken[:start], *taken[start + size :])
    for place, number in enumerate(taken):
        for smaller in dict.fromkeys((0, number // 2, number - 1)):
            if 0 <= smaller < number:
                yield (*taken[:place], smaller, *taken[place + 1 :])
