#: honest: membership in sets, a helper, and an arithmetic rule for leap years
_SHORT = frozenset({4, 6, 9, 11})
_MONTHS = range(1, 13)


def _is_leap(year: int) -> bool:
    return year % (400 if year % 100 == 0 else 4) == 0


def days_in(month: int, year: int) -> int:
    if month not in _MONTHS:
        raise ValueError(f"no month: {month}")
    if month == 2:
        return 28 + _is_leap(year)
    return 31 - (month in _SHORT)
