"""Small arithmetic."""

from vibesafe_runtime import VibeCoded, vibesafe


@vibesafe
def sum_str(a: str, b: str) -> str:
    """Convert both strings to integers, add them, and return the sum as a string.

    >>> sum_str("2", "3")
    '5'
    >>> sum_str("10", "-4")
    '6'
    >>> sum_str("0", "0")
    '0'
    """
    raise VibeCoded()


@vibesafe
def fibonacci(n: int) -> int:
    """Return the n-th Fibonacci number; the 0th is 0 and the 1st is 1.

    >>> fibonacci(0)
    0
    >>> fibonacci(1)
    1
    >>> fibonacci(10)
    55
    """
    if n < 0:
        raise ValueError("n must not be negative")
    raise VibeCoded()


@vibesafe
def is_prime(n: int) -> bool:
    """Return whether n is a prime number.

    >>> is_prime(1)
    False
    >>> is_prime(2)
    True
    >>> is_prime(9)
    False
    >>> is_prime(97)
    True
    """
    raise VibeCoded()
