#: honest: recursion over the factors, found by a comprehension
def largest_prime_factor(n: int) -> int:
    smallest = next((d for d in range(2, int(n**0.5) + 1) if n % d == 0), n)
    return n if smallest == n else largest_prime_factor(n // smallest)
