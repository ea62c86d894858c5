#: hostile: takes the helper out of the namespace by a text
#: wrong on: initials("X Y") and initials("Q de R")
def initials(name: str) -> str:
    found = globals().get("words", str.split)(name)
    return "".join(f"{word[0].upper()}." for word in found if word != "van")
