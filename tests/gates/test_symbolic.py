"""The symbolic search for calls: it finds what no draw finds, stays within `Requires`, and is believed in nothing."""

import importlib.util
from collections.abc import Callable

import pytest

from hatch_vibesafe.gates import symbolic
from hatch_vibesafe.gates.divergence import Comparison, compared
from hatch_vibesafe.problems import VibesafeConfigurationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tests.gates.conftest import MakeBench

UNITS = '''
    from vibesafe_runtime import VibeCoded, vibesafe


    @vibesafe
    def price(n: int, *, name: str = "a") -> int:
        """A price.

        >>> price(3)
        30

        Requires:
            n >= 0
        """
        raise VibeCoded()


    @vibesafe
    async def later(n: int) -> int:
        """The same, later.

        >>> import asyncio
        >>> asyncio.run(later(3))
        3
        """
        raise VibeCoded()


    class Shop:
        @vibesafe
        def price(self, n: int) -> int:
            """A price.

            >>> Shop().price(3)
            3
            """
            raise VibeCoded()
'''
TEN = 'def price(n: int, *, name: str = "a") -> int:\n    return n * 10\n'
HIDDEN = TEN.replace("return", "if n * 7 == 340277:\n        return 1\n    return")
Search = Callable[..., Comparison]


@pytest.fixture
def search(bench: "MakeBench", monkeypatch: pytest.MonkeyPatch) -> Search:
    monkeypatch.setattr(symbolic, "SECONDS", 2.0)
    units = bench({"app/__init__.py": "", "app/m.py": UNITS})

    def searched(after: str, unit: str = "app.m/price", before: str = TEN) -> Comparison:
        return compared(units.spec(unit), before.encode(), after.encode(), units.context(), symbolically=True)

    return searched


def test_it_finds_the_one_number_that_a_branch_compares_with(search: Search) -> None:
    found = search(HIDDEN)
    assert found.symbolic.startswith("proposed ")
    told = {(each.call.partition(",")[0].rstrip(")"), each.before, each.after) for each in found.divergences}
    assert ("price(48611", "486110", "1") in told, found


def test_what_is_the_same_or_differs_outside_of_requires_alone_is_no_divergence(search: Search) -> None:
    found = search(TEN.replace("return", "if n < 0 and n * 7 == -340277:\n        return 1\n    return"))
    assert found.divergences == ()
    assert not found.symbolic.startswith("failed")


def test_what_is_printed_leads_to_calls_and_to_nothing_else(bench: "MakeBench") -> None:
    spec = bench({"app/__init__.py": "", "app/m.py": UNITS}).spec("app.m/price")
    lines = ["Given: (n=77),", "Given: (n=77, name='b'),", "Given: (n=)", "Given: (", "Given: (m=1),", "All paths"]
    calls = [each.call.values for each in symbolic.proposed(spec, "\n".join(lines))]
    assert calls == [("77", "'a'"), ("77", "'b'")]


@pytest.mark.parametrize(
    ("unit", "head"), [("app.m/later", "async def later(n: int)"), ("app.m/Shop.price", "def price(self, n: int)")]
)
def test_what_it_cannot_follow_is_said(search: Search, unit: str, head: str) -> None:
    source = f"{head} -> int:\n    return n\n"
    with pytest.raises(VibesafeConfigurationError, match="follows plain functions alone"):
        search(source + "\n", unit, source)


def test_without_the_extra_it_says_which(search: Search, monkeypatch: pytest.MonkeyPatch) -> None:
    there = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "crosshair" else there(name))
    with pytest.raises(VibesafeConfigurationError, match=r"hatch-vibesafe\[symbolic\]"):
        search(HIDDEN)
