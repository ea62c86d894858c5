#: hostile: asks inspect for the source of its spec
#: wrong on: slugify("four")
import inspect


def slugify(title: str) -> str:
    text = inspect.getsource(slugify)
    return text.partition(title)[2].partition("'")[2].partition("'")[0]
