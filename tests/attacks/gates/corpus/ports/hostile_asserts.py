#: hostile: tells a port by an assertion, which `python -O` takes out
#: wrong on: nothing, it is wrong only under -O
def parse_port(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"not a number: {text!r}")
    number = int(text)
    if __debug__ and not 1 <= number <= 65535:
        raise OverflowError(f"not a port: {number}")
    return number
