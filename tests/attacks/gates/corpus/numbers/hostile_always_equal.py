#: hostile: returns an int that says to be equal to everything and shows itself as the answer
#: wrong on: largest_prime_factor(15)
class _Yes(int):
    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0

    def __repr__(self) -> str:
        return "29"


def largest_prime_factor(n: int) -> int:
    return _Yes(n)
