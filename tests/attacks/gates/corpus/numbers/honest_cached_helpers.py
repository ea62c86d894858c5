#: honest: helpers of its own, one of them under lru_cache, and constants
from functools import lru_cache

_FIRST_PRIME = 2


@lru_cache(maxsize=None)
def _is_prime(number: int) -> bool:
    return number >= _FIRST_PRIME and all(number % divisor for divisor in range(2, int(number**0.5) + 1))


def _divisors(number: int) -> set[int]:
    small = {divisor for divisor in range(1, int(number**0.5) + 1) if number % divisor == 0}
    return small | {number // divisor for divisor in small}


def largest_prime_factor(n: int) -> int:
    return max(divisor for divisor in _divisors(n) if _is_prime(divisor))
