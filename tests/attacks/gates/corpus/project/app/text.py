from vibesafe_runtime import VibeCoded, vibesafe


@vibesafe
def slugify(title: str) -> str:
    """Return a title in lower case, its runs of ASCII letters and digits joined by single hyphens.

    Whatever is no ASCII letter or digit separates; nothing separates at the beginning or the end.

    >>> slugify("Hello, World!")
    'hello-world'
    >>> slugify("  Ten -- of 12 ")
    'ten-of-12'
    >>> slugify("caf\\u00e9 au lait")
    'caf-au-lait'
    >>> slugify("?!")
    ''
    """
    raise VibeCoded()
