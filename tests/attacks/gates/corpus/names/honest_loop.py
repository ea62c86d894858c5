#: honest: text is put together in a loop, with continue
from app.names import PARTICLES, words


def initials(name: str) -> str:
    text = ""
    for word in words(name):
        if word.lower() in PARTICLES:
            continue
        text += word[0].upper() + "."
    return text
