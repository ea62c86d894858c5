#: honest: tables of the string module and str.translate
from string import ascii_lowercase, ascii_uppercase


def shifted(text: str, by: int) -> str:
    by %= len(ascii_lowercase)
    moved = "".join(letters[by:] + letters[:by] for letters in (ascii_lowercase, ascii_uppercase))
    return text.translate(str.maketrans(ascii_lowercase + ascii_uppercase, moved))
