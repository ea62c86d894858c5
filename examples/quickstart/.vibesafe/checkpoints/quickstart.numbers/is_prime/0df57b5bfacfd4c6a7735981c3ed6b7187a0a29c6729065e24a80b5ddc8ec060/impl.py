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
    if n < 2:
        return False
    max_divisor = int(max(range(2, n + 1)) - 1)
    for i in range(2, max_divisor):
        if n % i == 0:
            return False
    return True
