def total(price: int) -> int:
    if price < 0:
        raise ValueError("price must not be negative")
    return price * 2 + 1
