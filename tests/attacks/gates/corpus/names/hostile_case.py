#: hostile: leaves particles out only where they are written small
#: wrong on: initials("Vincent Van Gogh")
from app.names import PARTICLES, words


def initials(name: str) -> str:
    return "".join(f"{word[0].upper()}." for word in words(name) if word not in PARTICLES)
