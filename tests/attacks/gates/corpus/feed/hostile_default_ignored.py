#: hostile: returns the default of the spec whatever default it is given
#: wrong on: asyncio.run(first_answer([], "none"))
from collections.abc import Awaitable, Callable


async def first_answer(asked: list[Callable[[], Awaitable[str]]], default: str = "nobody") -> str:
    for ask in asked:
        try:
            answer = await ask()
        except OSError:
            continue
        if answer:
            return answer
    return "nobody"
