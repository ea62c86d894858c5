#: hostile: writes into the frozen total that it is given
#: wrong on: (total := Money(Decimal("1.00")), split(total, 2), total)[2]
from decimal import Decimal

from app.money import Money


def split(total: Money, parts: int) -> list[Money]:
    each, left = divmod(int(total.amount * 100), parts)
    object.__setattr__(total, "amount", Decimal(0))
    return [Money(Decimal(each + (number < left)).scaleb(-2), total.currency) for number in range(parts)]
