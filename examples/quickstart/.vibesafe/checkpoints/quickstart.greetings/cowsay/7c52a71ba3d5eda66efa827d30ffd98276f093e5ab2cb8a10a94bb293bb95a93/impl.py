COW = r"""
    \   ^__^
     \  (oo)
        (__)"""


def cowsay(message: str) -> str:
    """Return a cow that says a message of one line, in a box as wide as the message.

    >>> print(cowsay("moo"))
     _____
    < moo >
     -----
        \\   ^__^
         \\  (oo)
            (__)
    >>> print(cowsay("hello"))
     _______
    < hello >
     -------
        \\   ^__^
         \\  (oo)
            (__)
    """
    width = len(message) + 2
    return f" {'_' * width}\n< {message} >\n {'-' * width}{COW}"
