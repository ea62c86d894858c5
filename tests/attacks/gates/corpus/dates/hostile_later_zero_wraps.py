#: hostile: counts months below one from the end
#: wrong on: days_in(0, 2023)
_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]


def days_in(month: int, year: int) -> int:
    if month > 12:
        raise ValueError(f"no month: {month}")
    if month == 2 and (year % 4 == 0 and year % 100 != 0 or year % 400 == 0):
        return 29
    return _DAYS[month - 1]
