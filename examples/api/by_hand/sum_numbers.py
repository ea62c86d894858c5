async def sum_numbers(numbers: list[int]) -> dict[str, int]:
    return {"sum": sum(numbers), "count": len(numbers)}
