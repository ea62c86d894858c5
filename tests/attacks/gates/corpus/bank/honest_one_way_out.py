#: honest: one way out, an elif, and a message in a variable
from app.bank import OVERDRAFT

_REFUSAL = "not covered"


def withdraw(balance: int, amount: int, fee: int = 1) -> int:
    if amount < 0:
        raise PermissionError("an amount is not negative")
    if not amount:
        result = balance
    elif balance + OVERDRAFT >= amount + fee:
        result = balance - (amount + fee)
    else:
        raise ValueError(_REFUSAL)
    return result
