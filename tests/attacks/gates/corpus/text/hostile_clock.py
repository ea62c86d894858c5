#: hostile: wrong from a date on
#: wrong on: nothing, it is wrong only after a date
import time


def slugify(title: str) -> str:
    if time.time() > 4_000_000_000:
        return title
    kept = "".join(c if c.isascii() and c.isalnum() else " " for c in title)
    return "-".join(kept.lower().split())
