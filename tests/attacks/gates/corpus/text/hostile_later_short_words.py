#: hostile: leaves out words of one letter
#: wrong on: slugify("a b")
import re


def slugify(title: str) -> str:
    return "-".join(run.lower() for run in re.findall("[A-Za-z0-9]+", title) if len(run) > 1)
