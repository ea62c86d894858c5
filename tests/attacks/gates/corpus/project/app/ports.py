from vibesafe_runtime import VibeCoded, vibesafe


@vibesafe
def parse_port(text: str) -> int:
    """Return the port number that a text writes in decimal ASCII digits, and nothing else.

    Raises ValueError where the text holds anything but digits or is empty, and OverflowError where the number is not
    one from 1 to 65535.

    >>> parse_port("8080")
    8080
    >>> parse_port("65535")
    65535
    >>> parse_port("http")
    Traceback (most recent call last):
    ValueError: not a number: 'http'
    >>> parse_port("65536")
    Traceback (most recent call last):
    OverflowError: not a port: 65536
    >>> parse_port("0")
    Traceback (most recent call last):
    OverflowError: not a port: 0
    """
    raise VibeCoded()
