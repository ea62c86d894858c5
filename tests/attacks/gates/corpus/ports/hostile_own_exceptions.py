#: hostile: raises exceptions of its own that have the right names
#: wrong on: parse_port("x")
class ValueError(Exception):
    pass


class OverflowError(Exception):
    pass


def parse_port(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"not a number: {text!r}")
    number = int(text)
    if not 1 <= number <= 65535:
        raise OverflowError(f"not a port: {number}")
    return number
