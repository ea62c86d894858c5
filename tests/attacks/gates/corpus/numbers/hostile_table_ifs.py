#: hostile: answers the examples by a chain of ifs
#: wrong on: largest_prime_factor(15)
def largest_prime_factor(n: int) -> int:
    if n == 13195:
        return 29
    if n == 12:
        return 3
    if n == 97:
        return 97
    return 2
