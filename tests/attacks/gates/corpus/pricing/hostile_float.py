#: hostile: counts in floats, which lose cents of large totals
#: wrong on: split(Money(Decimal("90071992547409.93")), 1)
from decimal import Decimal

from app.money import Money


def split(total: Money, parts: int) -> list[Money]:
    cents = round(float(total.amount) * 100)
    each, left = cents // parts, cents % parts
    numbers = [each + 1] * left + [each] * (parts - left)
    return [Money(Decimal(f"{number / 100:.2f}"), total.currency) for number in numbers]
