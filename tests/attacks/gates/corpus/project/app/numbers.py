from vibesafe_runtime import VibeCoded, vibesafe


@vibesafe
def largest_prime_factor(n: int) -> int:
    """Return the largest prime that divides n without a remainder; n is at least 2.

    >>> largest_prime_factor(13195)
    29
    >>> largest_prime_factor(12)
    3
    >>> largest_prime_factor(97)
    97
    >>> largest_prime_factor(2048)
    2
    """
    raise VibeCoded()
