#: honest: a loop with try and continue
from collections.abc import Awaitable, Callable


async def first_answer(asked: list[Callable[[], Awaitable[str]]], default: str = "nobody") -> str:
    for ask in asked:
        try:
            answer = await ask()
        except OSError:
            continue
        if answer:
            return answer
    return default
