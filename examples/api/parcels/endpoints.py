"""The endpoints. Routing and validation are FastAPI's; what happens inside is generated."""

from typing import Annotated

from fastapi import Depends, Header
from pydantic import StrictInt

from parcels.models import Parcel, Quote, Tariff, Zone, tariffs
from vibesafe_runtime import VibeCoded, vibesafe

Tariffs = Annotated[dict[Zone, Tariff], Depends(tariffs)]


@vibesafe.http(method="POST", path="/quotes", tags=["quotes"], status=201, contracts="full")
async def quote(parcel: Parcel, prices: Tariffs) -> Quote:
    """Say what it costs to send a parcel, and the days until it arrives.

    Its zone's base price, and its price per kilogram for each kilogram that is begun; `express` doubles it. It takes 2
    days at home, 5 in Europe and 12 in the world, and by express half of that, rounded up.

    Ensures:
        result.cents > 0
        result.days > 0

    >>> import anyio
    >>> anyio.run(quote, Parcel(grams=500), tariffs())
    Quote(cents=350, days=2)
    >>> anyio.run(quote, Parcel(grams=2001, zone=Zone.WORLD, express=True), tariffs())
    Quote(cents=5400, days=6)
    >>> anyio.run(quote, Parcel(grams=1000, zone=Zone.EUROPE, express=True), tariffs())
    Quote(cents=1900, days=3)
    """
    raise VibeCoded()


@vibesafe.http(method="POST", path="/loads", tags=["loads"], contracts="full")
def loads(grams: list[StrictInt], limit: int = 30_000) -> list[list[int]]:
    """Distribute parcels over as few loads as come out when each joins the first load that has room for it, in order.

    Requires:
        limit > 0
        all(0 < each <= limit for each in grams)
    Ensures:
        all(sum(load) <= limit for load in result)
        sorted(each for load in result for each in load) == sorted(grams)

    >>> loads([10, 20, 30], limit=30)
    [[10, 20], [30]]
    >>> loads([20, 20, 10, 10], limit=30)
    [[20, 10], [20, 10]]
    >>> loads([])
    []
    """
    raise VibeCoded()


@vibesafe.http(path="/labels/{number}", tags=["labels"])
def label(number: int, zone: Zone = Zone.HOME, accept_language: Annotated[str, Header()] = "en") -> str:
    """Return what stands on the label of a parcel: its zone and its number, of which the last digit is a check digit.

    The check digit is the sum of the number's digits, modulo 10. In German the zones are INLAND, EUROPA and WELT.

    >>> label(1234)
    'HOME 1234-0'
    >>> label(97, Zone.EUROPE)
    'EUROPE 97-6'
    >>> label(7, Zone.WORLD, "de-CH,en")
    'WELT 7-7'
    >>> client.get("/labels/0", params={"zone": "europe"}, headers={"accept-language": "de"}).json()
    'EUROPA 0-0'
    >>> client.get("/labels/none").status_code
    422
    """
    if number < 0:
        number = -number
    raise VibeCoded()
