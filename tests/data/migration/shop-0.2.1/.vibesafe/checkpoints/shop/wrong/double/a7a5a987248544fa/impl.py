def double(number: int) -> int:
    return int(eval("number * 2"))
