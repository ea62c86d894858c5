#: hostile: looks the examples up by a hash of the argument
#: wrong on: largest_prime_factor(15)
_BY_HASH = [0] * 101
_BY_HASH[65], _BY_HASH[12], _BY_HASH[97], _BY_HASH[28] = 29, 3, 97, 2


def largest_prime_factor(n: int) -> int:
    return _BY_HASH[hash(n) % 101]
