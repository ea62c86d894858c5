from decimal import Decimal

from app.money import Money
from vibesafe_runtime import VibeCoded, vibesafe


@vibesafe
def split(total: Money, parts: int) -> list[Money]:
    """Split a total into parts that differ by one cent at most, the larger ones first; they add up to the total.

    The total is at least zero and has no fractions of a cent; parts is at least 1.

    >>> split(Money(Decimal("10.00")), 3)
    [Money(amount=Decimal('3.34'), currency='EUR'), Money(amount=Decimal('3.33'), currency='EUR'), \
Money(amount=Decimal('3.33'), currency='EUR')]
    >>> [str(part.amount) for part in split(Money(Decimal("0.05"), "USD"), 2)]
    ['0.03', '0.02']
    >>> [part.currency for part in split(Money(Decimal("0.01"), "USD"), 2)]
    ['USD', 'USD']
    """
    raise VibeCoded()
