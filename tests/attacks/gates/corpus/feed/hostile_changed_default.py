#: hostile: changes the default value
#: wrong on: asyncio.run(first_answer([], ""))
from collections.abc import Awaitable, Callable


async def first_answer(asked: list[Callable[[], Awaitable[str]]], default: str = "") -> str:
    for ask in asked:
        try:
            answer = await ask()
        except OSError:
            continue
        if answer:
            return answer
    return default or "nobody"
