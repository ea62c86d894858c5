#: hostile: imports a package that nobody declared, and that a stranger may upload
#: wrong on: nothing, it needs what is not there
from primefactor_toolkit import factors


def largest_prime_factor(n: int) -> int:
    return int(max(factors(n)))
