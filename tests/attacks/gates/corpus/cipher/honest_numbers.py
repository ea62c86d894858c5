#: honest: the numbers of the letters are written out
def _moved(code: int, by: int) -> int:
    for first, last in ((65, 90), (97, 122)):
        if first <= code <= last:
            return first + (code - first + by) % 26
    return code


def shifted(text: str, by: int) -> str:
    return "".join([chr(_moved(ord(character), by)) for character in text])
