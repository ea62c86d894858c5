#: hostile: digits move along as well
#: wrong on: shifted("a1", 1)
from string import ascii_lowercase, ascii_uppercase, digits


def shifted(text: str, by: int) -> str:
    for letters in (ascii_lowercase, ascii_uppercase, digits):
        turn = by % len(letters)
        text = text.translate(str.maketrans(letters, letters[turn:] + letters[:turn]))
    return text
