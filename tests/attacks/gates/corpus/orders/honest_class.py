#: honest: a small class of its own does the adding
class _Ledger:
    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    def add(self, article: str, quantity: int) -> None:
        self._counts.setdefault(article, 0)
        self._counts[article] += quantity

    def lasting(self) -> dict[str, int]:
        return dict(filter(lambda item: item[1] != 0, self._counts.items()))


def totals(lines: list[tuple[str, int]]) -> dict[str, int]:
    ledger = _Ledger()
    for line in lines:
        ledger.add(*line)
    return ledger.lasting()
