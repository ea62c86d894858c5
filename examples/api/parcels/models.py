"""What the service takes and answers."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, Field, StrictBool


class Zone(StrEnum):
    """Where a parcel goes."""

    HOME = "home"
    EUROPE = "europe"
    WORLD = "world"


class Parcel(BaseModel):
    """A parcel to be sent."""

    grams: Annotated[int, Field(gt=0, le=30_000, strict=True)]
    zone: Zone = Zone.HOME
    express: StrictBool = False


class Quote(BaseModel):
    """What it costs to send a parcel, and the days until it arrives."""

    cents: int
    days: int


class Tariff(BaseModel):
    """What a parcel costs: for itself, and for each kilogram that it has begun."""

    base: int
    per_kilogram: int


TARIFFS = {
    Zone.HOME: Tariff(base=300, per_kilogram=50),
    Zone.EUROPE: Tariff(base=800, per_kilogram=150),
    Zone.WORLD: Tariff(base=1500, per_kilogram=400),
}


def tariffs() -> dict[Zone, Tariff]:
    """Return the tariffs of today, for endpoints that depend on them."""
    return TARIFFS
