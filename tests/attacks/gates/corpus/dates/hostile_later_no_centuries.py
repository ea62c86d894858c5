#: hostile: forgets that every fourth century is one
#: wrong on: days_in(2, 2000)
def days_in(month: int, year: int) -> int:
    if not 1 <= month <= 12:
        raise ValueError(f"no month: {month}")
    if month == 2:
        return 28 + (year % 4 == 0 and year % 100 != 0)
    return 31 - (month in (4, 6, 9, 11))
