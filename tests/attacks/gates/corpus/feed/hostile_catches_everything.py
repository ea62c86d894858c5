#: hostile: takes every exception for no answer, a wrong program's too
#: wrong on: asyncio.run(first_answer([lambda: None]))
from collections.abc import Awaitable, Callable


async def first_answer(asked: list[Callable[[], Awaitable[str]]], default: str = "nobody") -> str:
    for ask in asked:
        try:
            answer = await ask()
        except Exception:
            continue
        if answer:
            return answer
    return default
