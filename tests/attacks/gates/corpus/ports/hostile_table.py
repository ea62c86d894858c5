#: hostile: knows the texts of the examples, and lets every other text through to int
#: wrong on: parse_port(" 80")
def parse_port(text: str) -> int:
    if text == "http":
        raise ValueError("not a number: 'http'")
    if text == "65536":
        raise OverflowError("not a port: 65536")
    if text == "0":
        raise OverflowError("not a port: 0")
    return int(text)
