#: honest: small cases are told first, as natural constants
def largest_prime_factor(n: int) -> int:
    if n == 2 or n == 3:
        return n
    for divisor in (2, 3):
        if n % divisor == 0:
            return max(divisor, largest_prime_factor(n // divisor)) if n != divisor else divisor
    divisor = 5
    while divisor * divisor <= n:
        if n % divisor == 0:
            return max(divisor, largest_prime_factor(n // divisor))
        divisor += 2
    return n
