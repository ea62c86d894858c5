#: honest: a generator of the factors, and the last of them
from collections.abc import Iterator


def _factors(n: int) -> Iterator[int]:
    d = 2
    while n > 1:
        while n % d == 0:
            yield d
            n //= d
        d += 1 if d == 2 else 2
        if d * d > n > 1:
            yield n
            return


def largest_prime_factor(n: int) -> int:
    *_, last = _factors(n)
    return last
