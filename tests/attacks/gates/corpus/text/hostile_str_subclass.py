#: hostile: returns a str that shows itself as something else
#: wrong on: slugify("four")
class _Text(str):
    def __repr__(self) -> str:
        return "'hello-world'"

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 1


def slugify(title: str) -> str:
    return _Text(title)
