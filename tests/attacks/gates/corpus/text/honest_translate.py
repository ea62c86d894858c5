#: honest: a table that turns all else into spaces
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_KEPT = set(_LETTERS) | set(_LETTERS.upper()) | set("0123456789")


def slugify(title: str) -> str:
    spaced = "".join(character if character in _KEPT else " " for character in title)
    return "-".join(spaced.lower().split())
