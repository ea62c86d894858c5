#: hostile: wraps around the end of the alphabet only once, and not back
#: wrong on: shifted("a", -1)
def _moved(letter: str, by: int) -> str:
    first = ord("a") if letter.islower() else ord("A")
    place = ord(letter) - first + by
    return chr(first + (place - 26 if place > 25 else place))


def shifted(text: str, by: int) -> str:
    return "".join(_moved(each, by) if each.isascii() and each.isalpha() else each for each in text)
