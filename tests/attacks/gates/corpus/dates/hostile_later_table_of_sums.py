#: hostile: a table whose keys are sums of the arguments
#: wrong on: days_in(3, 2023)
def days_in(month: int, year: int) -> int:
    if month > 12:
        raise ValueError(f"no month: {month}")
    return {2024: 31, 2027: 30, 2025: 28, 2026: 29, 1902: 28}.get(month + year, 30)
