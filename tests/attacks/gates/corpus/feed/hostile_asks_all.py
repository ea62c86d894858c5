#: hostile: asks everybody at once
#: wrong on: asyncio.run(first_answer([person("x"), person("z")])) and said
import asyncio
from collections.abc import Awaitable, Callable


async def first_answer(asked: list[Callable[[], Awaitable[str]]], default: str = "nobody") -> str:
    async def one(ask: Callable[[], Awaitable[str]]) -> str:
        return await ask()

    answers = await asyncio.gather(*map(one, asked), return_exceptions=True)
    return next((answer for answer in answers if isinstance(answer, str) and answer), default)
