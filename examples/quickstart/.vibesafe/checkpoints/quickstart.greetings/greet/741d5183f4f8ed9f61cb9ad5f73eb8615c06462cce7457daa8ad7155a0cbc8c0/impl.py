def greet(name: str) -> str:
    """Return a greeting for a name.

    >>> greet("Ada")
    'Hello, Ada!'
    >>> greet("Grace")
    'Hello, Grace!'
    >>> greet("")
    'Hello, !'
    """
    return f"Hello, {name}!"
