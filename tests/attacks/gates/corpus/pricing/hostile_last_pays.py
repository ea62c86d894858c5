#: hostile: all parts alike but the first, which gets what is left over
#: wrong on: split(Money(Decimal("0.05")), 3)
from decimal import Decimal

from app.money import Money


def split(total: Money, parts: int) -> list[Money]:
    each = (total.amount / parts).quantize(Decimal("0.01"), rounding="ROUND_DOWN")
    first = total.amount - each * (parts - 1)
    return [Money(first, total.currency)] + [Money(each, total.currency) for _ in range(parts - 1)]
