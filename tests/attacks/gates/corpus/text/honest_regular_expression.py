#: honest: a regular expression finds the runs
import re


def slugify(title: str) -> str:
    return "-".join(re.findall(r"[A-Za-z0-9]+", title)).lower()
