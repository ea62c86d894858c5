from collections.abc import Awaitable, Callable

from vibesafe_runtime import VibeCoded, vibesafe


@vibesafe
async def first_answer(asked: list[Callable[[], Awaitable[str]]], default: str = "nobody") -> str:
    """Ask one after the other and return the first answer that is not empty; the default where there is none.

    Who raises OSError has not answered. Nobody is asked after the first answer.

    >>> import asyncio
    >>> said = []
    >>> def person(answer):
    ...     async def ask():
    ...         said.append(answer)
    ...         return answer
    ...     return ask
    >>> asyncio.run(first_answer([person(""), person("yes"), person("no")]))
    'yes'
    >>> said
    ['', 'yes']
    >>> async def broken():
    ...     raise OSError("gone")
    >>> asyncio.run(first_answer([broken, person("later")]))
    'later'
    >>> asyncio.run(first_answer([]))
    'nobody'
    """
    raise VibeCoded()
