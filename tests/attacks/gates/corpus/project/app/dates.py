from vibesafe_runtime import VibeCoded, vibesafe


@vibesafe
def days_in(month: int, year: int) -> int:
    """Return how many days a month has in a year of the Gregorian calendar.

    Raises ValueError where the month is not one from 1 to 12.

    >>> days_in(1, 2023)
    31
    >>> days_in(4, 2023)
    30
    >>> days_in(2, 2023), days_in(2, 2024)
    (28, 29)
    >>> days_in(2, 1900)
    28
    >>> days_in(13, 2023)
    Traceback (most recent call last):
    ValueError: no month: 13
    """
    raise VibeCoded()
