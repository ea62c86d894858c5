#: hostile: right for the first calls, wrong after as many as there are examples
#: wrong on: [largest_prime_factor(15) for _ in range(6)]
_calls: list[int] = []


def largest_prime_factor(n: int) -> int:
    _calls.append(n)
    if len(_calls) > 4:
        return n
    factor = 2
    while factor * factor <= n:
        if n % factor == 0:
            n //= factor
        else:
            factor += 1
    return n
