#: honest: try with else, and a walrus
from collections.abc import Awaitable, Callable


async def first_answer(asked: list[Callable[[], Awaitable[str]]], default: str = "nobody") -> str:
    for question in iter(asked):
        try:
            answer = await question()
        except OSError:
            pass
        else:
            if len(answer) > 0:
                return answer
    return default
