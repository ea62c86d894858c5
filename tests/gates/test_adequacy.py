"""Which mutants every behavioural gate lets live, and which clauses reject nothing."""

from collections.abc import Callable

import pytest

from hatch_vibesafe.gates.adequacy import Adequacy
from hatch_vibesafe.gates.mutation import adequacy_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tests.gates.conftest import Bench, MakeBench

UNITS = '''
    from vibesafe_runtime import VibeCoded, vibesafe


    @vibesafe
    def compare(a: int, b: int) -> bool:
        """Whether a is at least b.

        >>> compare(1, 2)
        False
        >>> compare(7, 2)
        True
        """
        raise VibeCoded()


    @vibesafe
    def exact(a: int, b: int) -> bool:
        """Whether a is at least b.

        Ensures:
            result == (a >= b)
            isinstance(result, bool)
            implies(a > b, result == result)

        >>> exact(1, 2)
        False
        >>> exact(7, 2)
        True
        """
        raise VibeCoded()


    @vibesafe
    def stated(a: int, b: int) -> bool:
        """Whether a is at least b.

        ```hypothesis
        a = st.integers(-3, 3)
        assert stated(a, a)
        ```

        >>> stated(1, 2)
        False
        >>> stated(7, 2)
        True
        """
        raise VibeCoded()


    @vibesafe
    def root(n: int) -> int:
        """The largest number whose square is at most n.

        Requires:
            n >= 0

        >>> root(16)
        4
        >>> root(17)
        4
        >>> root(0)
        0
        """
        raise VibeCoded()
'''

TWICE = '''
    @vibesafe
    def twice(n: int) -> int:
        """Twice n.

        Ensures:
            result == result
            result % 2 == 0

        >>> twice(2)
        4
        >>> twice(0)
        0
        """
        raise VibeCoded()
'''
COMPARE = "def compare(a: int, b: int) -> bool:\n    return a >= b\n"
ROOT = """
def root(n: int) -> int:
    found = 0
    while (found + 1) * (found + 1) <= n:
        found += 1
    return found
"""

Measure = Callable[[str, str], Adequacy]


@pytest.fixture
def units(bench: "MakeBench") -> "Bench":
    return bench({"app/__init__.py": "", "app/m.py": UNITS}, "[sandbox]\ntimeout = 3\n")


@pytest.fixture
def measure(units: "Bench") -> Measure:
    def run(unit: str, source: str) -> Adequacy:
        (found,) = adequacy_of([units.candidate(f"app.m/{unit}", source)], units.context())
        assert found is not None
        return found

    return run


def test_what_no_example_decides_is_a_question(measure: Measure) -> None:
    found = measure("compare", COMPARE)
    (survivor,) = found.survivors
    assert survivor.question == ("`compare(0, 0)`: this implementation says True, a mutant False, no example decides")
    assert survivor.mutation == "`return a >= b` became `return a > b`"
    assert (survivor.change, survivor.line) == ("comparison", 2)
    assert (found.killed, found.equivalent, found.score) == (2, 0, 2 / 3)


@pytest.mark.parametrize("unit", ["exact", "stated"])
def test_a_contract_and_a_stated_property_decide_too(unit: str, measure: Measure) -> None:
    found = measure(unit, COMPARE.replace("compare", unit))
    assert found.survivors == ()
    assert found.score == 1


def test_a_clause_that_rejects_nothing_is_named(measure: Measure) -> None:
    found = measure("exact", COMPARE.replace("compare", "exact"))
    assert [clause.expression for clause in found.vacuous] == ["implies(a > b, result == result)"]
    assert found.wrong > 5


def test_a_clause_that_rejects_nothing_is_named_beside_one_that_cannot_be_evaluated(bench: "MakeBench") -> None:
    text = UNITS.partition("    @vibesafe\n    def exact")[0] + TWICE
    made = bench({"app/__init__.py": "", "app/m.py": text}, "[sandbox]\ntimeout = 3\n")
    source = "def twice(n: int) -> int:\n    return 2 * n\n"
    (found,) = adequacy_of([made.candidate("app.m/twice", source)], made.context())
    assert found is not None
    assert [clause.expression for clause in found.vacuous] == ["result == result"]


def test_nothing_outside_of_requires_is_asked_and_endless_mutants_end(measure: Measure) -> None:
    found = measure("root", ROOT)
    assert found.judged > 5
    assert all(int(survivor.call[5:-1]) >= 0 for survivor in found.survivors)
    assert not [survivor for survivor in found.survivors if "<= n" in survivor.mutation]


def test_the_same_is_measured_twice(measure: Measure) -> None:
    assert measure("compare", COMPARE) == measure("compare", COMPARE)


def test_what_its_own_examples_refuse_is_not_measured(units: "Bench") -> None:
    wrong = units.candidate("app.m/compare", COMPARE.replace(">=", "<"))
    right = units.candidate("app.m/compare", COMPARE)
    refused, measured = adequacy_of([wrong, right], units.context())
    assert refused is None
    assert measured is not None
    assert measured.survivors


ACCOUNTS = '''
    from vibesafe_runtime import VibeCoded, vibesafe


    class Account:
        """An account."""

        def __init__(self, balance: int = 0) -> None:
            self.balance = balance

        @vibesafe
        def deposit(self, amount: int) -> bool:
            """Add an amount, and say whether it was one.

            >>> Account(10).deposit(5)
            True
            >>> Account(10).deposit(-5)
            False
            """
            raise VibeCoded()
'''


def test_what_a_method_leaves_on_its_object_is_asked_too(bench: "MakeBench") -> None:
    units = bench({"bank/__init__.py": "", "bank/accounts.py": ACCOUNTS}, "[sandbox]\ntimeout = 3\n")
    source = "def deposit(self, amount: int) -> bool:\n    self.balance += amount\n    return amount > 0\n"
    (found,) = adequacy_of([units.candidate("bank.accounts/Account.deposit", source)], units.context())
    assert found is not None
    questions = {survivor.mutation: survivor for survivor in found.survivors}
    lost = questions["`self.balance += amount` became `pass`"]
    assert lost.call.startswith("Account(")
    assert "self = {'balance'" in lost.ours
    assert "`return amount > 0` became `return amount >= 0`" in questions
