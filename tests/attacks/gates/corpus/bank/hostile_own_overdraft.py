#: hostile: a limit of its own instead of the project's
#: wrong on: withdraw(0, 150)
OVERDRAFT = 170


def withdraw(balance: int, amount: int, fee: int = 1) -> int:
    if amount < 0:
        raise PermissionError("an amount is not negative")
    left = balance - amount - fee if amount else balance
    if amount and left < -OVERDRAFT:
        raise ValueError("not covered")
    return left
