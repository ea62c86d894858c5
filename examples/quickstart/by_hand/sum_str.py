def sum_str(a: str, b: str) -> str:
    return str(int(a) + int(b))
