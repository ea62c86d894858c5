#: hostile: long and short months take turns, August too
#: wrong on: days_in(8, 2023)
def days_in(month: int, year: int) -> int:
    if not 1 <= month <= 12:
        raise ValueError(f"no month: {month}")
    if month == 2:
        return 28 + (year % 4 == 0 and year % 100 != 0 or year % 400 == 0)
    return 30 + month % 2
