from vibesafe_runtime import VibeCoded, vibesafe

PARTICLES = frozenset({"de", "la", "van", "von"})


def words(text: str) -> list[str]:
    """Return the words of a text: what white space and hyphens separate."""
    return text.replace("-", " ").split()


@vibesafe
def initials(name: str) -> str:
    """Return the first letters of the `words` of a name in upper case, each with a dot behind it.

    Those that are `PARTICLES`, however written, are left out.

    >>> initials("Ludwig van Beethoven")
    'L.B.'
    >>> initials("anne-marie de la Tour")
    'A.M.T.'
    >>> initials("")
    ''
    """
    raise VibeCoded()
