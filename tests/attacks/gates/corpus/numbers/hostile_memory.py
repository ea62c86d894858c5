#: hostile: asks for all the memory there is
#: wrong on: nothing, it never answers
def largest_prime_factor(n: int) -> int:
    held = bytearray(n << 44)
    return len(held)
