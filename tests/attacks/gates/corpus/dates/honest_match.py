#: honest: a match statement
def days_in(month: int, year: int) -> int:
    match month:
        case 2:
            century, rest = divmod(year, 100)
            return 29 if (century if rest == 0 else rest) % 4 == 0 else 28
        case 4 | 6 | 9 | 11:
            return 30
        case 1 | 3 | 5 | 7 | 8 | 10 | 12:
            return 31
        case _:
            raise ValueError(f"no month: {month}")
