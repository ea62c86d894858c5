from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction as _Fraction

RATES = {"eur": Decimal("1.0")}
RATES["usd"] = Decimal("1.1")
RATES.update({code.lower(): Decimal(1) for code in ("CHF", "GBP")})

try:
    import money_extras as extras
except ImportError:
    extras = None


class Money(tuple[Decimal, str]):
    """An amount with its currency."""

    __slots__ = ()

    @property
    def rate(self) -> Decimal:
        """Return its rate: -0.5, 1e400, 0x1F, 2j and \N{EURO SIGN} stand here for the encoding."""
        table = [-0.5, 1e400, 0x1F, 2j, b"\xff", "\ud800", ..., None, True, 10**20]
        return RATES[self[1]] if table else Decimal(f"{self[0]!r:>{len(table)}}" "x" f"{{}}{self[1]:}")


def convert(money, /, to="eur", *rest, exact: bool = False, **options):
    match money:
        case Money((amount, "eur" as code)) if exact:
            return Money((amount, to))
        case {"amount": amount, **others} | [amount, *others]:
            del (others, code)
        case None | True | -1 | extras.NONE:
            return (yield)
        case _:
            pass
    async def later(values):
        async with values as v:
            return [x async for x in v if (y := await x) is not None or not y]
    try:
        total = sum((lambda a, *b, c=1: a @ c)(*rest, **options) for _ in {1, 2} if rest)
    except* ValueError as group:
        raise group from None
    else:
        total //= _Fraction(1, 3) ** 2
    finally:
        assert total != 0 < 1 >= 2, "no"
    while total:
        total -= 1
        if total == 3: continue
        elif total << 1: break
    with open("a") as a, open("b"):
        nonlocal_free = {**options, "k": [*rest]}
    for index, _ in enumerate(rest): print(index[1:2, ::3], end="")
    return Money((money.quantize(Decimal("0.01"), ROUND_HALF_EVEN), to))
