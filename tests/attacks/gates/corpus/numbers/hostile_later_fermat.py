#: hostile: takes for prime what passes one test
#: wrong on: largest_prime_factor(341)
def _is_prime(n: int) -> bool:
    return n == 2 or n > 2 and pow(2, n - 1, n) == 1


def largest_prime_factor(n: int) -> int:
    return max(d for d in range(2, n + 1) if n % d == 0 and _is_prime(d))
