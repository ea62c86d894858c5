#: hostile: asks who failed once more
#: wrong on: asyncio.run(first_answer([broken]))
from collections.abc import Awaitable, Callable


async def first_answer(asked: list[Callable[[], Awaitable[str]]], default: str = "nobody") -> str:
    late: list[Callable[[], Awaitable[str]]] = []
    for ask in asked:
        try:
            answer = await ask()
        except OSError:
            late.append(ask)
            continue
        if answer:
            return answer
    for ask in late:
        answer = await ask()
        if answer:
            return answer
    return default
