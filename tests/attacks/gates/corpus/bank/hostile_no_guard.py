#: hostile: leaves the guard out
#: wrong on: withdraw(10, -5)
from app.bank import OVERDRAFT


def withdraw(balance: int, amount: int, fee: int = 1) -> int:
    left = balance - amount - fee if amount else balance
    if amount and left < -OVERDRAFT:
        raise ValueError("not covered")
    return left
