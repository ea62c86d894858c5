#: hostile: a set of particles of its own, by another name
#: wrong on: initials("Karl von Linde")
from app.names import words

_PARTICLES = {"de", "la", "van"}


def initials(name: str) -> str:
    return "".join(f"{word[0].upper()}." for word in words(name) if word.lower() not in _PARTICLES)
