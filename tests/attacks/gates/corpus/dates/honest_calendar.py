#: honest: the standard library knows it, a guard comes first
from calendar import monthrange


def days_in(month: int, year: int) -> int:
    if month < 1 or month > 12:
        raise ValueError(f"no month: {month}")
    _, days = monthrange(year, month)
    return days
