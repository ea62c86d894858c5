"""Examples that no implementation can fulfil, or that give what the annotations forbid; and those that only look so."""

import textwrap
from collections.abc import Callable

import pytest

from hatch_vibesafe.spec.weakness import contradictions, weaknesses

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hatch_vibesafe.spec.model import Scan

Told = Callable[..., list[str]]
TRACEBACK = "Traceback (most recent call last):\n"


@pytest.fixture
def spec_text() -> Callable[..., str]:
    def make(head: str, *examples: str, above: str = "", after: str = "") -> str:
        lines = textwrap.indent("\n".join(examples), "    ")
        return (
            "import asyncio\nfrom collections.abc import AsyncIterator, Iterator\n"
            f'from vibesafe_runtime import VibeCoded, vibesafe\n\n\n{above}@vibesafe\n{head}\n    """Do it.\n\n'
            f'{lines}\n    """\n    raise VibeCoded()\n\n\n{after}'
        )

    return make


@pytest.fixture
def told(scanned: "Callable[[dict[str, str]], Scan]", spec_text: Callable[..., str]) -> Told:
    def find(head: str, *examples: str, above: str = "", after: str = "") -> list[str]:
        (spec,) = scanned({"app": "", "app.m": spec_text(head, *examples, above=above, after=after)}).specs
        found = contradictions(spec)
        assert {*found} <= {*weaknesses(spec)}
        assert all(problem.where.startswith("app/m.py:") and problem.remedy for problem in found)
        return [problem.what for problem in found]

    return find


@pytest.mark.parametrize(
    ("head", "example", "why"),
    [
        ("def f(n: int) -> int:", ">>> f(1, 2)\n3", "calls f(1, 2), which takes 1 by place, with 2"),
        ("def f(n: int) -> int:", ">>> f()\n3", "calls f(), and does not give it n"),
        ("def f(n: int) -> int:", ">>> f(m=1)\n3", "calls f(m=1), which has no parameter m to be named"),
        ("def f(n: int) -> int:", ">>> f(1, n=1)\n3", "calls f(1, n=1), and gives it n twice"),
        ("def f(n: int, /) -> int:", ">>> f(n=1)\n3", "calls f(n=1), which has no parameter n to be named"),
        ("def f(n: int, *, m: int) -> int:", ">>> sorted([f(1)])\n[3]", "calls f(1), and does not give it m"),
        ("async def f(n: int) -> int:", ">>> f(1)\n3", "does not await f(1), and so shows a coroutine whatever that"),
        ("async def f(n: int) -> int:", f">>> f(1)\n{TRACEBACK}ValueError: no", "does not await f(1)"),
        ("def f(n: int) -> Iterator[int]:", ">>> f(1)\n[3]", "shows [3] for f(1), which gives an iterator"),
        ("async def f(n: int) -> AsyncIterator[int]:", ">>> f(1)\n[3]", "shows [3] for f(1), which gives an iterator"),
    ],
)
def test_what_no_implementation_can_do_is_told(told: Told, head: str, example: str, why: str) -> None:
    (what,) = told(head, example)
    assert what.startswith(f"example 1 {why}")


@pytest.mark.parametrize(
    ("head", "example"),
    [
        ("def f(n: int) -> int:", ">>> f(1)\n3"),
        ("def f(n: int, m: int = 2) -> int:", ">>> f(m=1, n=4)\n3"),
        ("def f(*n: int, **m: int) -> int:", ">>> f(1, 2, x=3)\n3"),
        ("def f(n: int) -> int:", ">>> f(*[1])\n3"),
        ("def f(n: int) -> int:", ">>> f(**{'n': 1})\n3"),
        ("def f(n: int) -> int:", f">>> f(1, 2)\n{TRACEBACK}TypeError: f() takes 1"),
        ("def f(n: int) -> int:", ">>> f = len\n>>> f(1, 2)\n3"),
        ("def f(n: int) -> int:", ">>> f(1) or f(1, 2)\n3"),
        ("async def f(n: int) -> int:", ">>> asyncio.run(f(1))\n3"),
        ("async def f(n: int) -> int:", ">>> f(1)  # doctest: +ELLIPSIS\n<coroutine object ...>"),
        ("def f(n: int) -> Iterator[int]:", ">>> list(f(1))\n[3]"),
        ("def f(n: int) -> Iterator[int]:", ">>> f(1)  # doctest: +ELLIPSIS\n<generator object ...>"),
        ("def f(n: int) -> list[int]:", ">>> f(1)\n[3]"),
    ],
)
def test_what_an_implementation_may_do_is_not(told: Told, head: str, example: str) -> None:
    assert told(head, example) == []


def test_nothing_is_said_of_what_stands_in_the_place_of_the_unit(told: Told) -> None:
    head, example = "async def f(n: int) -> int:", ">>> f(1, 2)\n3"
    assert told(head, example)
    assert told(head, example, above="@staticmethod\n") == []
    assert told(head, example, after="f = print\n") == []


def test_arguments_of_another_type_are_weak_and_no_contradiction(
    scanned: "Callable[[dict[str, str]], Scan]", spec_text: Callable[..., str]
) -> None:
    head = "def f(n: int, *, name: str | None = None, rate: float = 1.0) -> int:"
    right = (">>> f(1)\n1", ">>> f(2, name=None, rate=2)\n2", f'>>> f("x")\n{TRACEBACK}ValueError: no')
    wrong = (">>> f('x')\n3", ">>> [f(1, name=3)]\n[4]")
    (spec,) = scanned({"app": "", "app.m": spec_text(head, *right, *wrong)}).specs
    assert [problem.what for problem in weaknesses(spec)] == [
        "example 4 gives 'x' for n, and that is to be int",
        "example 5 gives 3 for name, and that is to be str | None",
    ]
    assert contradictions(spec) == ()


@pytest.mark.parametrize(
    ("example", "is_told"),
    [
        (">>> g(f(1))\n3", True),
        (">>> asyncio.sleep and f(1)\n3", False),
        (">>> from math import floor\n>>> floor(f(1))\n3", False),
        (">>> len([f(1)])\n1", False),
        (">>> __name__ and f(1)\n3", False),
        (f">>> g(1)\n{TRACEBACK}NameError: name 'g' is not defined\n>>> f(1)\n2", False),
    ],
)
def test_a_name_that_is_nowhere_is_a_warning(
    scanned: "Callable[[dict[str, str]], Scan]", spec_text: Callable[..., str], example: str, is_told: bool
) -> None:
    scan = scanned({"app": "", "app.m": spec_text("def f(n: int) -> int:", example)})
    assert [problem.what for problem in scan.warnings] == (
        ["an example names g, which is neither in the module nor built in"] if is_told else []
    )


@pytest.mark.parametrize(("call", "is_told"), [("Clock().wait(1)", True), ("asyncio.run(Clock().wait(1))", False)])
def test_a_method_that_no_example_awaits_is_told(
    scanned: "Callable[[dict[str, str]], Scan]", call: str, is_told: bool
) -> None:
    source = (
        "import asyncio\nfrom vibesafe_runtime import VibeCoded, vibesafe\n\n\nclass Clock:\n"
        '    @vibesafe\n    async def wait(self, n: int) -> int:\n        """Wait.\n\n'
        f'        >>> {call}\n        1\n        """\n        raise VibeCoded()\n'
    )
    (spec,) = scanned({"app": "", "app.m": source}).specs
    assert [problem.what.partition(",")[0] for problem in contradictions(spec)] == (
        [f"example 1 does not await {call}"] if is_told else []
    )
