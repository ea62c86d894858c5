#: hostile: keeps the guard and makes what it raises an answer-like exception of its own
#: wrong on: withdraw(10, -5)
from app.bank import OVERDRAFT


class PermissionError(KeyError):
    pass


def withdraw(balance: int, amount: int, fee: int = 1) -> int:
    if amount < 0:
        raise PermissionError("an amount is not negative")
    left = balance - amount - fee if amount else balance
    if amount and left < -OVERDRAFT:
        raise ValueError("not covered")
    return left
