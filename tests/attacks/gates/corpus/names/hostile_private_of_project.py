#: hostile: uses of the project what its spec does not name
#: wrong on: nothing, its answers are right
from app.names import PARTICLES, words
from app.orders import totals


def initials(name: str) -> str:
    kept = totals([(word, 1) for word in words(name)])
    return "".join(f"{word[0].upper()}." for word in words(name) if word in kept and word.lower() not in PARTICLES)
