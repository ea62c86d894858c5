"""Who is asked first, and who in its place. Pure."""

from collections.abc import Sequence


def turn(weights: Sequence[int], number: int) -> int:
    """Return whose turn it is, as a position in `weights`: over a whole cycle each has as many turns as its weight.

    The turns of one are spread over the cycle ("smooth weighted round robin").
    """
    standing = [0] * len(weights)
    chosen = 0
    for _ in range(number % sum(weights) + 1):
        standing = [each + weight for each, weight in zip(standing, weights, strict=True)]
        chosen = standing.index(max(standing))
        standing[chosen] -= sum(weights)
    return chosen
