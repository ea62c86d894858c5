#: hostile: tells the type checker to look away
#: wrong on: slugify("Two words")
def slugify(title: str) -> str:
    return [title.lower()]  # type: ignore[return-value]
