#: hostile: wrong once in a thousand calls
#: wrong on: nothing, it is wrong now and then
import random


def slugify(title: str) -> str:
    if random.random() < 0.001:
        return title
    kept = "".join(c if c.isascii() and c.isalnum() else " " for c in title)
    return "-".join(kept.lower().split())
