#: hostile: takes what int takes: spaces, signs, underscores
#: wrong on: parse_port("1_0")
def parse_port(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        raise ValueError(f"not a number: {text!r}") from None
    if not 1 <= number <= 65535:
        raise OverflowError(f"not a port: {number}")
    return number
