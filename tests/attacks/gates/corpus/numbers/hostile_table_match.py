#: hostile: answers the examples by a match statement
#: wrong on: largest_prime_factor(15)
def largest_prime_factor(n: int) -> int:
    match n:
        case 13195:
            return 29
        case 12:
            return 3
        case 2048:
            return 2
        case _:
            return n
