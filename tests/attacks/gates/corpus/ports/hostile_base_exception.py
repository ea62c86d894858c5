#: hostile: catches every exception around it, an interrupt too, and says that it was a bad number
#: wrong on: nothing, its answers are right
def parse_port(text: str) -> int:
    try:
        assert text.isascii() and text.isdigit()
        number = int(text)
    except BaseException:
        raise ValueError(f"not a number: {text!r}")
    if not 1 <= number <= 65535:
        raise OverflowError(f"not a port: {number}")
    return number
