#: hostile: a class of its own that looks like the project's
#: wrong on: type(split(Money(Decimal("1.00")), 1)[0]) is Money
from dataclasses import dataclass
from decimal import Decimal
from typing import cast

from app.money import Money as _Real


@dataclass(frozen=True)
class Money:
    amount: Decimal
    currency: str = "EUR"


def split(total: "_Real", parts: int) -> "list[_Real]":
    each, left = divmod(int(total.amount * 100), parts)
    return [cast(_Real, Money(Decimal(each + (n < left)).scaleb(-2), total.currency)) for n in range(parts)]
