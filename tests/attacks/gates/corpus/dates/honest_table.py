#: honest: a tuple of lengths, and the rule for leap years
_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def days_in(month: int, year: int) -> int:
    if not 1 <= month <= 12:
        raise ValueError(f"no month: {month}")
    if month == 2 and (year % 4 == 0 and year % 100 != 0 or year % 400 == 0):
        return 29
    return _DAYS[month - 1]
