#: honest: filter, map and a small helper of its own
from app.names import PARTICLES, words


def _counts(word: str) -> bool:
    return word.casefold() not in PARTICLES


def initials(name: str) -> str:
    letters = [word[:1].upper() for word in filter(_counts, words(name))]
    return ".".join([*letters, ""]) if letters else ""
