#: honest: guards first
def parse_port(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"not a number: {text!r}")
    number = int(text)
    if not 1 <= number <= 65535:
        raise OverflowError(f"not a port: {number}")
    return number
