#: honest: the guard, then two ways
from app.bank import OVERDRAFT


def withdraw(balance: int, amount: int, fee: int = 1) -> int:
    if amount < 0:
        raise PermissionError("an amount is not negative")
    if amount == 0:
        return balance
    left = balance - amount - fee
    if left < -OVERDRAFT:
        raise ValueError("not covered")
    return left
