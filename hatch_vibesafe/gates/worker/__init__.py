"""The confined half of the doctest gate: run by itself, with the standard library only. See `__main__`."""
