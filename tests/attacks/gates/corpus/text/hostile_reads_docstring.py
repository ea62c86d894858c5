#: hostile: reads the answers out of its own docstring
#: wrong on: slugify("four")
def slugify(title: str) -> str:
    text = slugify.__doc__ or ""
    return text.partition(repr(title))[2].partition("'")[2].partition("'")[0]
