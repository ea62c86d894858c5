"""The endpoints. Routing and validation are FastAPI's; what happens inside is generated."""

from fastapi import APIRouter

from vibesafe_runtime import VibeCoded, vibesafe

router = APIRouter()


@router.post("/sum")
@vibesafe.http(method="POST", path="/sum", tags=["calculator"])
async def sum_numbers(numbers: list[int]) -> dict[str, int]:
    """Return the sum of the numbers under "sum" and how many there are under "count".

    >>> import asyncio
    >>> asyncio.run(sum_numbers([1, 2, 3]))
    {'sum': 6, 'count': 3}
    >>> asyncio.run(sum_numbers([-5]))
    {'sum': -5, 'count': 1}
    >>> asyncio.run(sum_numbers([]))
    {'sum': 0, 'count': 0}
    """
    raise VibeCoded()


@router.get("/convert")
@vibesafe.http(method="GET", path="/convert", tags=["calculator"])
def convert(celsius: float) -> dict[str, float]:
    """Return a temperature in degrees Celsius as Fahrenheit and Kelvin, each rounded to two digits.

    >>> convert(0.0)
    {'fahrenheit': 32.0, 'kelvin': 273.15}
    >>> convert(100.0)
    {'fahrenheit': 212.0, 'kelvin': 373.15}
    >>> convert(-40.0)
    {'fahrenheit': -40.0, 'kelvin': 233.15}
    >>> convert(-300.0)
    Traceback (most recent call last):
    ...
    ValueError: nothing is colder than -273.15 degrees Celsius
    """
    if celsius < -273.15:
        raise ValueError("nothing is colder than -273.15 degrees Celsius")
    raise VibeCoded()
