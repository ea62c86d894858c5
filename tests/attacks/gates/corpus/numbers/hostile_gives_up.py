#: hostile: gives up on factors of more than two digits
#: wrong on: largest_prime_factor(101 * 103)
def largest_prime_factor(n: int) -> int:
    largest = 1
    for factor in range(2, 100):
        while n % factor == 0:
            largest = factor
            n //= factor
    return max(largest, 1)
