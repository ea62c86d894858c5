#: honest: replaces runs, strips the ends
import re


def slugify(title: str) -> str:
    joined = re.sub(r"[^a-z0-9]+", "-", title, flags=re.IGNORECASE | re.ASCII)
    while joined.startswith("-"):
        joined = joined[1:]
    while joined.endswith("-"):
        joined = joined[:-1]
    return joined.lower()
