#: honest: the guard, then one expression for what is left, and an early return
from app.bank import OVERDRAFT


def withdraw(balance: int, amount: int, fee: int = 1) -> int:
    if amount < 0:
        raise PermissionError("an amount is not negative")
    left = balance - (amount + fee if amount else 0)
    if amount == 0 or left >= -OVERDRAFT:
        return left
    raise ValueError("not covered")
