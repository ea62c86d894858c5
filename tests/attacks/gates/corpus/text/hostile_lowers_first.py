#: hostile: lowers before it looks, so that the Kelvin sign becomes a k
#: wrong on: slugify("300 \u212a")
import re


def slugify(title: str) -> str:
    return "-".join(re.findall("[a-z0-9]+", title.lower()))
