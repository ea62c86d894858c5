#: hostile: never ends for what is no prime
#: wrong on: nothing, it never answers
def largest_prime_factor(n: int) -> int:
    factor = 2
    while n > 1:
        if n % factor == 0 and n != factor:
            continue
        factor += 1
    return factor
