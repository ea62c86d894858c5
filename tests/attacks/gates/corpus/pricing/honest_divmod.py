#: honest: counts in cents, with divmod
from decimal import Decimal

from app.money import Money


def split(total: Money, parts: int) -> list[Money]:
    each, left = divmod(int(total.amount * 100), parts)
    cents = [each + 1] * left + [each] * (parts - left)
    return [Money(Decimal(number).scaleb(-2), total.currency) for number in cents]
