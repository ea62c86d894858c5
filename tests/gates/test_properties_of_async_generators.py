"""A stated property goes through an asynchronous generator with `async for`: there is nothing in it to await."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.gates.conftest import MakeBench

SPEC = '''
    from collections.abc import AsyncIterator

    from vibesafe_runtime import VibeCoded, vibesafe


    @vibesafe
    async def upto(n: int) -> AsyncIterator[int]:
        """Yield the numbers below n.

        >>> import asyncio
        >>> async def taken(n):
        ...     return [each async for each in upto(n)]
        >>> asyncio.run(taken(3))
        [0, 1, 2]

        ```hypothesis
        n = st.integers(0, 9)
        assert len([each async for each in upto(n)]) == n
        ```
        """
        raise VibeCoded()
'''
HEAD = "from collections.abc import AsyncIterator\n\n\nasync def upto(n: int) -> AsyncIterator[int]:\n"


def test_its_items_are_held_against_the_property(bench: "MakeBench") -> None:
    made = bench({"app/__init__.py": "", "app/m.py": SPEC})
    right, wrong = (f"{HEAD}    for each in range({end}):\n        yield each\n" for end in ("n", "min(n, 3)"))
    passed, refused = made.gates("app.m/upto", right, wrong)
    assert passed.findings == ()
    assert [finding.gate for finding in refused.findings] == ["properties"]
