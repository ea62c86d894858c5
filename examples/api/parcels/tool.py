"""What the service computes, as a command: `parcels 2001 --zone world --express`."""

from parcels.models import TARIFFS, Zone
from vibesafe_runtime import VibeCoded, vibesafe
from vibesafe_runtime.typer import command


@vibesafe.cli
def price(grams: int, zone: Zone = Zone.HOME, *, express: bool = False) -> str:
    """Say what it costs to send a parcel, in euros with two digits.

    The base price of `TARIFFS`, and the price per kilogram for each kilogram that is begun; express doubles it.

    Args:
        grams: What it weighs.
        zone: Where it goes.
        express: Whether it goes in half the time.

    Raises:
        ValueError: grams <= 0

    >>> price(500)
    '3.50 EUR'
    >>> price(2001, Zone.WORLD, express=True)
    '54.00 EUR'
    >>> shell("1000 --zone europe")
    9.50 EUR
    >>> shell("0")
    Traceback (most recent call last):
    SystemExit: 2
    """
    if grams <= 0:
        raise ValueError("a parcel weighs something")
    raise VibeCoded()


main = command(price)
