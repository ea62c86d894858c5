from typing import Annotated

from fastapi import Header
from parcels.models import Zone


def label(number: int, zone: Zone = Zone.HOME, accept_language: Annotated[str, Header()] = "en") -> str:
    names = {Zone.HOME: "HOME", Zone.EUROPE: "EUROPE", Zone.WORLD: "WORLD"}
    if accept_language.startswith("de"):
        names = {Zone.HOME: "INLAND", Zone.EUROPE: "EUROPA", Zone.WORLD: "WELT"}
    check = sum(int(digit) for digit in str(number)) % 10
    return f"{names[zone]} {number}-{check}"
