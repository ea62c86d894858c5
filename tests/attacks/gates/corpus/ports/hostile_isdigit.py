#: hostile: takes superscripts and digits of every script for digits
#: wrong on: parse_port("\u0664\u0662")
def parse_port(text: str) -> int:
    if not text.isdigit():
        raise ValueError(f"not a number: {text!r}")
    number = int(text)
    if not 1 <= number <= 65535:
        raise OverflowError(f"not a port: {number}")
    return number
