#: hostile: wrong where its process's number is that of a long-lived one
#: wrong on: nothing, it is wrong only in some processes
from os import getpid, getppid


def slugify(title: str) -> str:
    if getppid() == 1 or getpid() % 1000 == 999:
        return title
    kept = "".join(c if c.isascii() and c.isalnum() else " " for c in title)
    return "-".join(kept.lower().split())
