"""Where two implementations do different things, and where one disagrees with itself."""

from collections.abc import Callable

import pytest

from hatch_vibesafe.gates.divergence import Comparison, compared
from hatch_vibesafe.problems import VibesafeValidationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tests.gates.conftest import MakeBench

UNITS = '''
    from vibesafe_runtime import VibeCoded, vibesafe


    @vibesafe
    def price(n: int) -> int:
        """A price.

        Requires:
            n >= 0

        >>> price(3)
        30
        """
        raise VibeCoded()


    @vibesafe(capabilities=["random"])
    def drawn(n: int) -> float:
        """A number.

        >>> drawn(0) >= 0
        True
        """
        raise VibeCoded()
'''
TEN = "def price(n: int) -> int:\n    return n * 10\n"

Compare = Callable[[str, str, str], Comparison]


@pytest.fixture
def compare(bench: "MakeBench") -> Compare:
    units = bench({"app/__init__.py": "", "app/m.py": UNITS}, "[sandbox]\ntimeout = 3\n")
    return lambda unit, before, after: compared(
        units.spec(f"app.m/{unit}"), before.encode(), after.encode(), units.context()
    )


def test_the_smallest_call_is_shown_with_both_answers(compare: Compare) -> None:
    found = compare("price", TEN, TEN.replace("n * 10", "n * 10 if n < 17 else n * 9"))
    first = found.divergences[0]
    assert (first.call, first.before, first.after) == ("price(17)", "170", "153")
    assert found.is_divergent
    assert 0 < found.differing < found.calls


def test_another_way_to_write_the_same_is_no_divergence(compare: Compare) -> None:
    found = compare("price", TEN, TEN.replace("n * 10", "sum([n] * 10)"))
    assert found.calls > 10
    assert not found.is_divergent
    assert found.unsettled == ()


def test_what_is_outside_of_requires_is_no_divergence(compare: Compare) -> None:
    assert not compare("price", TEN, TEN.replace("n * 10", "n * 10 if n >= 0 else -1")).is_divergent


def test_exceptions_are_compared(compare: Compare) -> None:
    other = TEN.replace("    return", "    if n == 0:\n        raise ValueError('no')\n    return")
    found = compare("price", TEN, other)
    assert [(each.call, each.before, each.after) for each in found.divergences] == [("price(0)", "0", "ValueError: no")]
    assert not compare("price", other, other.replace("'no'", "'never'")).is_divergent
    assert compare("price", other, other.replace("ValueError", "KeyError")).is_divergent


def test_the_type_of_a_value_is_compared(compare: Compare) -> None:
    assert compare("price", TEN, TEN.replace("n * 10", "n * 10.0")).is_divergent


def test_a_function_that_disagrees_with_itself_is_not_called_divergent(compare: Compare) -> None:
    random = "import random\n\n\ndef drawn(n: int) -> float:\n    return random.random()\n"
    steady = "def drawn(n: int) -> float:\n    return 0.5\n"
    found = compare("drawn", steady, random)
    assert found.divergences == ()
    assert [each.side for each in found.unsettled] == ["after"]
    assert found.is_divergent, "what was deterministic no longer is"
    both = compare("drawn", random, random + "\n")
    assert [each.side for each in both.unsettled] == ["before", "after"]
    assert not both.is_divergent


def test_other_parameters_are_refused(compare: Compare) -> None:
    with pytest.raises(VibesafeValidationError, match="other parameters"):
        compare("price", TEN, "def price(n: int, more: int = 0) -> int:\n    return n * 10\n")
