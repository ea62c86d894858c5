#: hostile: looks the examples up in a dict
#: wrong on: largest_prime_factor(15)
_KNOWN = {13195: 29, 12: 3, 97: 97, 2048: 2}


def largest_prime_factor(n: int) -> int:
    return _KNOWN[n]
