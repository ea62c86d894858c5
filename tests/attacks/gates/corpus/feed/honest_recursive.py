#: honest: recursion, a helper and contextlib
from collections.abc import Awaitable, Callable
from contextlib import suppress


async def _answer(ask: Callable[[], Awaitable[str]]) -> str:
    with suppress(OSError):
        return await ask()
    return ""


async def first_answer(asked: list[Callable[[], Awaitable[str]]], default: str = "nobody") -> str:
    if not asked:
        return default
    first, *others = asked
    return await _answer(first) or await first_answer(others, default)
