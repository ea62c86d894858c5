#: hostile: never comes back from its recursion for large inputs
#: wrong on: largest_prime_factor(2 ** 31 - 1)
def _from(n: int, factor: int) -> int:
    if factor >= n:
        return n
    return _from(n // factor, factor) if n % factor == 0 else _from(n, factor + 1)


def largest_prime_factor(n: int) -> int:
    return _from(n, 2)
