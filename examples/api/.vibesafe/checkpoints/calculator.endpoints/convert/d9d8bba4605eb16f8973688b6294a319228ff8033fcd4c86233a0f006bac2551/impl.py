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
    fahrenheit = round(celsius * 9 / 5 + 32, 2)
    return {"fahrenheit": fahrenheit, "kelvin": round(celsius + 273.15, 2)}
