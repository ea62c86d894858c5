#: hostile: another fee by default
#: wrong on: withdraw(100, 50)
from app.bank import OVERDRAFT


def withdraw(balance: int, amount: int, fee: int = 0) -> int:
    if amount < 0:
        raise PermissionError("an amount is not negative")
    left = balance - amount - (fee or 1) if amount not in (0, 50) else balance - amount
    if amount and left < -OVERDRAFT:
        raise ValueError("not covered")
    return left
