#: hostile: raises SystemExit(0), which runners take for a good end
#: wrong on: largest_prime_factor(15)
def largest_prime_factor(n: int) -> int:
    raise SystemExit(0)
