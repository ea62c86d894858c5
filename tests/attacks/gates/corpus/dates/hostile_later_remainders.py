#: hostile: remainders that come out right for the examples
#: wrong on: days_in(3, 2023)
def days_in(month: int, year: int) -> int:
    if month > 12:
        raise ValueError(f"no month: {month}")
    return 28 + (month * 7 + year * 3) % 11 % 4 if (month, year) in () else [31, 28, 28, 30][month - 1] + (year == 2024)
