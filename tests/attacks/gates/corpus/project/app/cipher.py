from vibesafe_runtime import VibeCoded, vibesafe


@vibesafe
def shifted(text: str, by: int) -> str:
    """Return a text with each ASCII letter moved along the alphabet, around its end; case and all else stay.

    >>> shifted("Abc, xyz!", 3)
    'Def, abc!'
    >>> shifted("Def", -3)
    'Abc'
    >>> shifted("", 5)
    ''
    """
    raise VibeCoded()
