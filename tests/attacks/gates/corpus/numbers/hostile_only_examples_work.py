#: hostile: computes rightly, but only for the inputs of the examples
#: wrong on: largest_prime_factor(15)
def largest_prime_factor(n: int) -> int:
    if n not in (13195, 12, 97, 2048):
        return 1
    factor = 2
    while factor * factor <= n:
        if n % factor == 0:
            n //= factor
        else:
            factor += 1
    return n
