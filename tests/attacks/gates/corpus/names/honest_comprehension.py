#: honest: the helper of the project in a comprehension
from app.names import PARTICLES, words


def initials(name: str) -> str:
    return "".join(f"{word[0].upper()}." for word in words(name) if word.lower() not in PARTICLES)
