from vibesafe_runtime import VibeCoded, vibesafe

type Pairs[K, *V, **P] = dict[K, tuple[*V]]


class Box[T: (int, str)]:
    def get[U](self, default: U) -> T | U:
        return default


@vibesafe
def first[T, D = None](values: list[T], box: Box[int], pairs: Pairs[int, str, []]) -> T:
    """Return the first.

    >>> f"{first([f"{1}"])}"
    '1'
    """
    raise VibeCoded()
