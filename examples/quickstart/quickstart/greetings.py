"""Words for people and cows."""

from vibesafe_runtime import VibeCoded, vibesafe


@vibesafe
def greet(name: str) -> str:
    """Return a greeting for a name.

    >>> greet("Ada")
    'Hello, Ada!'
    >>> greet("Grace")
    'Hello, Grace!'
    >>> greet("")
    'Hello, !'
    """
    raise VibeCoded()


@vibesafe
def cowsay(message: str) -> str:
    r"""Return a cow that says a message of one line, in a box as wide as the message.

    >>> print(cowsay("moo"))
     _____
    < moo >
     -----
        \   ^__^
         \  (oo)
            (__)
    >>> print(cowsay("hello"))
     _______
    < hello >
     -------
        \   ^__^
         \  (oo)
            (__)
    """
    raise VibeCoded()
