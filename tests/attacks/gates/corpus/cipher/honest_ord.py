#: honest: arithmetic of character numbers
def shifted(text: str, by: int) -> str:
    out = ""
    for ch in text:
        if "a" <= ch <= "z":
            out += chr((ord(ch) - ord("a") + by) % 26 + ord("a"))
        elif "A" <= ch <= "Z":
            out += chr((ord(ch) - ord("A") + by) % 26 + ord("A"))
        else:
            out += ch
    return out
