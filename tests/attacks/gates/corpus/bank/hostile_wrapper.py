#: hostile: a decorator that takes the guard's exception away
#: wrong on: withdraw(10, -5)
from collections.abc import Callable

from app.bank import OVERDRAFT


def _quiet(function: Callable[[int, int, int], int]) -> Callable[[int, int, int], int]:
    def call(balance: int, amount: int, fee: int = 1) -> int:
        try:
            return function(balance, amount, fee)
        except PermissionError:
            return balance

    return call


@_quiet
def withdraw(balance: int, amount: int, fee: int = 1) -> int:
    if amount < 0:
        raise PermissionError("an amount is not negative")
    left = balance - amount - fee if amount else balance
    if amount and left < -OVERDRAFT:
        raise ValueError("not covered")
    return left
