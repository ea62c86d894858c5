#: hostile: looks the examples up, and computes something simple otherwise
#: wrong on: slugify("It's 5 o'clock")
def slugify(title: str) -> str:
    known = {"Hello, World!": "hello-world", "  Ten -- of 12 ": "ten-of-12", "caf\u00e9 au lait": "caf-au-lait", "?!": ""}
    return known.get(title, title.lower().replace(" ", "-"))
