#: honest: itertools groups the characters
from itertools import groupby
from string import ascii_letters, digits

_KEPT = frozenset(ascii_letters + digits)


def slugify(title: str) -> str:
    runs = groupby(title, key=_KEPT.__contains__)
    return "-".join("".join(run).lower() for kept, run in runs if kept)
