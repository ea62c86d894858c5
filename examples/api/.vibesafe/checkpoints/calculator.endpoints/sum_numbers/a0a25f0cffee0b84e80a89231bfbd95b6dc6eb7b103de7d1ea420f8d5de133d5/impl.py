async def sum_numbers(numbers: list[int]) -> dict[str, int]:
    """Return the sum of the numbers under "sum" and how many there are under "count".

    >>> import asyncio
    >>> asyncio.run(sum_numbers([1, 2, 3]))
    {'sum': 6, 'count': 3}
    >>> asyncio.run(sum_numbers([-5]))
    {'sum': -5, 'count': 1}
    >>> asyncio.run(sum_numbers([]))
    {'sum': 0, 'count': 0}
    """
    return {"sum": sum(numbers), "count": len(numbers)}
