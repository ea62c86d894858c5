#: hostile: takes the empty text for zero
#: wrong on: parse_port("")
def parse_port(text: str) -> int:
    number = 0
    for character in text:
        if character not in "0123456789":
            raise ValueError(f"not a number: {text!r}")
        number = number * 10 + int(character)
    if not 1 <= number <= 65535:
        raise OverflowError(f"not a port: {number}")
    return number
