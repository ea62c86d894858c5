#: honest: one character after the other, with a match statement
def slugify(title: str) -> str:
    pieces: list[str] = []
    separated = True
    for character in title:
        match character.isascii() and character.isalnum():
            case True:
                if separated and pieces:
                    pieces.append("-")
                pieces.append(character.lower())
                separated = False
            case _:
                separated = True
    return "".join(pieces)
