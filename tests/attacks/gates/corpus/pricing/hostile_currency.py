#: hostile: forgets the currency where it is neither of the examples'
#: wrong on: split(Money(Decimal("1.00"), "CHF"), 1)
from decimal import Decimal

from app.money import Money


def split(total: Money, parts: int) -> list[Money]:
    each, left = divmod(int(total.amount * 100), parts)
    currency = "USD" if total.currency == "USD" else "EUR"
    return [Money(Decimal(each + (number < left)).scaleb(-2), currency) for number in range(parts)]
