def sum_str(a: str, b: str) -> str:
    """Convert both strings to integers, add them, and return the sum as a string.

    >>> sum_str("2", "3")
    '5'
    >>> sum_str("10", "-4")
    '6'
    >>> sum_str("0", "0")
    '0'
    """
    return str(int(a) + int(b))
