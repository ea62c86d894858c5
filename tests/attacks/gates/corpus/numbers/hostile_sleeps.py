#: hostile: sleeps for ever
#: wrong on: nothing, it never answers
import time


def largest_prime_factor(n: int) -> int:
    time.sleep(600)
    return n
