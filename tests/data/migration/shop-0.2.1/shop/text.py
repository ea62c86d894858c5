import vibesafe


@vibesafe.func
def shout(text: str) -> str:
    """Return the text in capitals.

    >>> shout("a")
    'A'
    >>> shout("bc")
    'BC'
    """
    raise vibesafe.VibeCoded()
