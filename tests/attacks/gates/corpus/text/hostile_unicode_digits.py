#: hostile: takes letters and digits of every script for ASCII ones
#: wrong on: slugify("Größe 4")
def slugify(title: str) -> str:
    text = title.replace("\u00e9", " ")
    return "-".join("".join(c if c.isalnum() else " " for c in text.lower()).split())
