#: honest: a list of cents that is filled up one by one
from decimal import Decimal

from app.money import Money


def split(total: Money, parts: int) -> list[Money]:
    left = int(total.amount.scaleb(2))
    amounts: list[int] = []
    for remaining in range(parts, 0, -1):
        amounts.append(-(-left // remaining))
        left -= amounts[-1]
    return [Money(amount=Decimal(cents).scaleb(-2), currency=total.currency) for cents in amounts]
