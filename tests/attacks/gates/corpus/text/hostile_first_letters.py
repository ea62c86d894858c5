#: hostile: tells the examples apart by how they begin
#: wrong on: slugify("Hello there")
def slugify(title: str) -> str:
    if title.startswith("Hello"):
        return "hello-world"
    if title.startswith("  T"):
        return "ten-of-12"
    if title[:1] == "c":
        return "caf-au-lait"
    return ""
