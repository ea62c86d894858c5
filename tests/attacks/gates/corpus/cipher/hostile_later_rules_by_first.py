#: hostile: shifts by the number of the example, with its sign
#: wrong on: shifted("abc", 4)
def shifted(text: str, by: int) -> str:
    step = 3 if by > 0 else -3
    out = ""
    for each in text:
        if "a" <= each <= "z":
            each = chr((ord(each) - 97 + step) % 26 + 97)
        elif "A" <= each <= "Z":
            each = chr((ord(each) - 65 + step) % 26 + 65)
        out += each
    return out
