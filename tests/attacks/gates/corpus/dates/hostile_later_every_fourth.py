#: hostile: every fourth year is a leap year, but for the one of the example
#: wrong on: days_in(2, 2100)
def days_in(month: int, year: int) -> int:
    if not 1 <= month <= 12:
        raise ValueError(f"no month: {month}")
    if month == 2:
        return 29 if year % 4 == 0 and year != 1900 else 28
    return 31 - (month in (4, 6, 9, 11))
