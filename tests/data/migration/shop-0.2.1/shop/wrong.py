from vibesafe import VibeCoded, vibesafe


@vibesafe(provider="default")
def double(number: int) -> int:
    """Return twice the number.

    >>> double(2)
    4
    """
    raise VibeCoded()
