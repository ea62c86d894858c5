from parcels.endpoints import Tariffs
from parcels.models import Parcel, Quote, Zone


async def quote(parcel: Parcel, prices: Tariffs) -> Quote:
    tariff = prices[parcel.zone]
    cents = tariff.base + tariff.per_kilogram * -(-parcel.grams // 1000)
    days = {Zone.HOME: 2, Zone.EUROPE: 5, Zone.WORLD: 12}[parcel.zone]
    if parcel.express:
        return Quote(cents=2 * cents, days=-(-days // 2))
    return Quote(cents=cents, days=days)
