#: honest: an inner generator, quantize and replace
from collections.abc import Iterator
from dataclasses import replace
from decimal import ROUND_UP, Decimal

from app.money import Money

_CENT = Decimal("0.01")


def split(total: Money, parts: int) -> list[Money]:
    def pieces() -> Iterator[Money]:
        rest = total.amount
        for left in range(parts, 0, -1):
            piece = (rest / left).quantize(_CENT, rounding=ROUND_UP)
            rest -= piece
            yield replace(total, amount=piece)

    return list(pieces())
