#: hostile: gives the letters of the first three words and of no more
#: wrong on: initials("Anna Berta Clara Dora")
from app.names import PARTICLES, words


def initials(name: str) -> str:
    kept = [word for word in words(name) if word.lower() not in PARTICLES]
    return "".join(f"{word[0].upper()}." for word in kept[:3])
