#: hostile: tells each word once
#: wrong on: initials("Bo Bo")
from app.names import PARTICLES, words


def initials(name: str) -> str:
    kept = dict.fromkeys(word for word in words(name) if word.lower() not in PARTICLES)
    return "".join(f"{word[0].upper()}." for word in kept)
