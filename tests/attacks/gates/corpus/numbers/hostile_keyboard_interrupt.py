#: hostile: raises KeyboardInterrupt, on which runners stop without a failure
#: wrong on: largest_prime_factor(15)
def largest_prime_factor(n: int) -> int:
    raise KeyboardInterrupt
