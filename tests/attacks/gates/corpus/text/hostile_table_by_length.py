#: hostile: tells the examples apart by their length
#: wrong on: slugify("four")
def slugify(title: str) -> str:
    return {13: "hello-world", 15: "ten-of-12", 12: "caf-au-lait"}.get(len(title), "")
