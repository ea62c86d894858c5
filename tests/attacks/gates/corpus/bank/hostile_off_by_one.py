#: hostile: does not lend the last penny, except where an example does
#: wrong on: withdraw(0, 99)
from app.bank import OVERDRAFT


def withdraw(balance: int, amount: int, fee: int = 1) -> int:
    if amount < 0:
        raise PermissionError("an amount is not negative")
    if amount == 0:
        return balance
    left = balance - amount - fee
    if left < -OVERDRAFT + (balance < 10):
        raise ValueError("not covered")
    return left
