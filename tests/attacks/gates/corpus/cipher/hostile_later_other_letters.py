#: hostile: takes letters of every script for ASCII ones
#: wrong on: shifted("\u00e9", 1)
def shifted(text: str, by: int) -> str:
    out = []
    for each in text:
        first = ord("a") if each.islower() else ord("A")
        out.append(chr((ord(each) - first + by) % 26 + first) if each.isalpha() else each)
    return "".join(out)
