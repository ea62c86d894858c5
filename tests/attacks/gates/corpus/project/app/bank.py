from vibesafe_runtime import VibeCoded, vibesafe

OVERDRAFT = 100


@vibesafe
def withdraw(balance: int, amount: int, fee: int = 1) -> int:
    """Return what is left of a balance after an amount and a fee were taken from it.

    At most `OVERDRAFT` may be owed afterwards; otherwise ValueError("not covered") is raised.
    Nothing is charged for an amount of zero.

    >>> withdraw(500, 120)
    379
    >>> withdraw(500, 0)
    500
    >>> withdraw(10, 105, 5)
    -100
    >>> withdraw(10, 200)
    Traceback (most recent call last):
    ValueError: not covered
    """
    if amount < 0:
        raise PermissionError("an amount is not negative")
    raise VibeCoded()
