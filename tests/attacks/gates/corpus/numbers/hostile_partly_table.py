#: hostile: computes what is simple, and looks up the example that is not
#: wrong on: largest_prime_factor(13197)
def largest_prime_factor(n: int) -> int:
    if n == 13195:
        return 29
    for factor in (3, 2):
        if n % factor == 0 and n < 10000:
            return factor
    return n
