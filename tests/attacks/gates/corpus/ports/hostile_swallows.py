#: hostile: never raises where no example does, but answers -1
#: wrong on: parse_port("x")
def parse_port(text: str) -> int:
    if text.isascii() and text.isdigit():
        number = int(text)
        if not 1 <= number <= 65535:
            raise OverflowError(f"not a port: {number}")
        return number
    if len(text) > 1:
        raise ValueError(f"not a number: {text!r}")
    return -1
