from typing import Annotated

from fastapi import Header
from parcels.models import Zone


def label(
    number: int,
    zone: Zone = Zone.HOME,
    accept_language: Annotated[str, Header()] = "en",
) -> str:
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
    names = {Zone.HOME: "HOME", Zone.EUROPE: "EUROPE", Zone.WORLD: "WORLD"}
    if accept_language.startswith("de"):
        names = {Zone.HOME: "INLAND", Zone.EUROPE: "EUROPA", Zone.WORLD: "WELT"}
    check = sum(int(digit) for digit in str(number)) % 10
    return f"{names[zone]} {number}-{check}"
