#: hostile: returns a float where an int is asked for, under a cast
#: wrong on: largest_prime_factor(15)
from typing import cast


def largest_prime_factor(n: int) -> int:
    rest: float = n
    factor = 2
    while factor * factor <= rest:
        if rest % factor == 0:
            rest = rest / factor
        else:
            factor += 1
    return cast(int, rest)
