#: hostile: leaves the work to a child and hides its wrong answers there
#: wrong on: largest_prime_factor(15)
import os


def largest_prime_factor(n: int) -> int:
    if os.fork() == 0:
        os._exit(0)
    return n
