from parcels.models import TARIFFS, Zone


def price(grams: int, zone: Zone = Zone.HOME, *, express: bool = False) -> str:
    tariff = TARIFFS[zone]
    cents = (tariff.base + tariff.per_kilogram * -(-grams // 1000)) * (2 if express else 1)
    return f"{cents // 100}.{cents % 100:02} EUR"
