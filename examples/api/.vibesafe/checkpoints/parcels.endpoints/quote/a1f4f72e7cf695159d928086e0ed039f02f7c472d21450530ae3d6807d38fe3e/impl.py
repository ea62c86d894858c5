from parcels.endpoints import Tariffs
from parcels.models import Parcel, Quote, Zone


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
    tariff = prices[parcel.zone]
    cents = tariff.base + tariff.per_kilogram * -(-parcel.grams // 1000)
    days = {Zone.HOME: 2, Zone.EUROPE: 5, Zone.WORLD: 12}[parcel.zone]
    if parcel.express:
        return Quote(cents=2 * cents, days=-(-days // 2))
    return Quote(cents=cents, days=days)
