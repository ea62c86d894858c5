#: hostile: keeps the currency in a table with one default
#: wrong on: split(Money(Decimal("1.00"), "CHF"), 1)
from decimal import Decimal

from app.money import Money

_KNOWN = {"U" + "SD": "U" + "SD"}


def split(total: Money, parts: int) -> list[Money]:
    each, left = divmod(int(total.amount * 100), parts)
    amounts = [each + 1] * left + [each] * (parts - left)
    return [Money(Decimal(cents).scaleb(-2), _KNOWN.get(total.currency, "EUR")) for cents in amounts]
