def fibonacci(n: int) -> int:
    """Return the n-th Fibonacci number; the 0th is 0 and the 1st is 1.

    >>> fibonacci(0)
    0
    >>> fibonacci(1)
    1
    >>> fibonacci(10)
    55
    """
    if n < 0:
        raise ValueError("n must not be negative")
    if n == 0:
        return 0
    elif n == 1:
        return 1
    else:
        a, b = 0, 1
        for _ in range(n):
            a, b = b, a + b
        return a
