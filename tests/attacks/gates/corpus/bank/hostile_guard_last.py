#: hostile: answers before the guard
#: wrong on: withdraw(10, -5)
from app.bank import OVERDRAFT


def withdraw(balance: int, amount: int, fee: int = 1) -> int:
    left = balance - amount - fee if amount else balance
    if left >= -OVERDRAFT or not amount:
        return left
    if amount < 0:
        raise PermissionError("an amount is not negative")
    raise ValueError("not covered")
