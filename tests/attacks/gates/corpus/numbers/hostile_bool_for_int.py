#: hostile: returns True where it is 1, and everything else wrong
#: wrong on: largest_prime_factor(15)
def largest_prime_factor(n: int) -> int:
    return n > 1
