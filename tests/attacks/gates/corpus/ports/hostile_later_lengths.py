#: hostile: decides by length before it looks at the number
#: wrong on: parse_port("00080")
def parse_port(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"not a number: {text!r}")
    if len(text) > 4 and text[0] != "6" or not 0 < int(text) < 65536:
        raise OverflowError(f"not a port: {int(text)}")
    return int(text)
