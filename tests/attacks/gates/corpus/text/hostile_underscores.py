#: hostile: takes the underscore for a letter
#: wrong on: slugify("snake_case")
import re


def slugify(title: str) -> str:
    return re.sub(r"[^\w]+", "-", title.lower(), flags=re.ASCII).strip("-")
