#: hostile: hands out what is never awaited
#: wrong on: asyncio.run(first_answer([person("a")]))
from collections.abc import Awaitable, Callable
from typing import cast


async def first_answer(asked: list[Callable[[], Awaitable[str]]], default: str = "nobody") -> str:
    for ask in asked:
        return cast(str, ask())
    return default
