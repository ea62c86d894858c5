"""Methods through the gates: each kind of them, their contracts, and what only a class body can do."""

import textwrap
from pathlib import Path

import pytest

from hatch_vibesafe.gates import properties
from hatch_vibesafe.gates.sandbox import Sandbox
from hatch_vibesafe.generate.compose import compose
from tests.gates.conftest import Bench, MakeBench, refusals

ACCOUNTS = (Path(__file__).parents[1] / "data" / "methods" / "accounts.py").read_text(encoding="utf-8")
HONEST = {
    "deposit": """
        def deposit(self, amount: int) -> int:
            if amount < 0:
                raise ValueError("negative")
            self.balance += amount
            return self.balance
        """,
    "is_empty": "def is_empty(self) -> bool:\n    return self.balance == 0\n",
    "of": 'def of(cls, *amounts: int) -> "Account":\n    return cls(sum(amounts))\n',
    "allowed": "from bank.accounts import LIMIT\n\n\ndef allowed(amount: int) -> bool:\n    return amount <= LIMIT\n",
    "later": "async def later(self, amount: int) -> int:\n    return self.balance + amount\n",
}


@pytest.fixture
def bank(bench: MakeBench) -> Bench:
    return bench({"bank/__init__.py": "", "bank/accounts.py": ACCOUNTS})


def judged(bank: Bench, name: str, source: str) -> list[str]:
    """What the gates have against an implementation, composed as a submitted one is."""
    unit = f"bank.accounts/Account.{name}"
    composed = compose(bank.spec(unit), bank.candidate(unit, source).implementation.decode(), markdown=False)
    (verdict,) = bank.gates(unit, composed.implementation.decode())
    assert not verdict.faults, verdict.faults
    return [f"{finding.gate}: {finding.message}" for finding in verdict.findings]


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_method_passes(bank: Bench, name: str) -> None:
    assert judged(bank, name, HONEST[name]) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "gate"),
    [
        ("deposit", "self.balance += amount", "self.balance = 15", "doctests: "),
        ("deposit", "return self.balance", "return str(self.balance)", "types: "),
        ("deposit", "return self.balance", "return len([None] * self.balance)", "properties: "),
        ("is_empty", "== 0", "<= 0", "doctests: "),
        ("of", "cls(sum(amounts))", "cls(len(amounts))", "doctests: "),
        ("of", "return cls(sum(amounts))", "return sum(amounts)", "types: "),
        ("later", "self.balance + amount", "self.balance + abs(amount)", "doctests: "),
        ("deposit", "self.balance += amount", "self.__balance = 1", "structure: the private name"),
        ("deposit", "self.balance += amount", "super().__init__()", "structure: `super()` without arguments"),
    ],
)
def test_a_wrong_method_is_refused(bank: Bench, name: str, old: str, new: str, gate: str) -> None:
    found = judged(bank, name, HONEST[name].replace(old, new))
    assert any(each.startswith(gate) for each in found), found


def test_a_method_imports_its_class_inside_or_for_types_alone(bank: Bench) -> None:
    function = "def is_empty(self) -> bool:\n    return self.balance == Account().balance\n"
    early = f"from bank.accounts import Account\n\n\n{function}"
    assert any("while it is being made" in each for each in judged(bank, "is_empty", early))
    inside = (
        "def is_empty(self) -> bool:\n    from bank.accounts import Account\n\n"
        "    return self.balance == Account().balance\n"
    )
    assert judged(bank, "is_empty", inside) == []


def test_a_contract_sees_the_object_before_and_after(bank: Bench) -> None:
    # Right in every example: only 15, 3 and what is negative are seen there.
    forgets = """
        def deposit(self, amount: int) -> int:
            if amount < 0:
                raise ValueError("negative")
            total = self.balance + amount
            if total <= 15:
                self.balance = total
            return total
        """
    found = judged(bank, "deposit", forgets)
    assert any(each.startswith("properties: >>> ") and "Ensures result == self.balance" in each for each in found), (
        found
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"""An account."""', '"""An account.\n\n    Invariant:\n        self.balance >= 0\n    """'),
        ("class Account", "import icontract\n\n\n@icontract.invariant(lambda self: self.balance >= 0)\nclass Account"),
        ("class Account", "import deal\n\n\n@deal.inv(lambda it: it.balance >= 0)\nclass Account"),
    ],
    ids=["docstring", "icontract", "deal"],
)
def test_an_invariant_of_the_class_is_held_against_each_method(bench: MakeBench, old: str, new: str) -> None:
    said = ACCOUNTS.replace(old, new)
    said = said.replace("    >>> Account(-2).is_empty\n        False\n", "")
    bank = bench({"bank/__init__.py": "", "bank/accounts.py": said})
    assert judged(bank, "deposit", HONEST["deposit"]) == []
    assert judged(bank, "is_empty", HONEST["is_empty"]) == []
    takes = HONEST["is_empty"].replace("    return", "    self.balance -= self.balance > 5 and 100\n    return")
    found = judged(bank, "is_empty", takes)
    told = ("breaks `Invariant", "it raised icontract.errors.ViolationError", "it raised deal.InvContractError")
    assert any(each.startswith("properties: >>> Account(") and any(map(each.count, told)) for each in found), found


FENCES = {
    "deposit": """
        start = st.integers(0, 50)
        first = st.integers(0, 50)
        account = Account(start)
        before = account.balance
        account.deposit(first)
        account.deposit(amount=1)
        assert account.balance == before + first + 1
        """,
    "is_empty": "account = st.builds(Account, st.integers(-3, 3))\nassert account.is_empty is (account.balance == 0)",
    "of": "amounts = st.lists(st.integers(), max_size=3)\nassert Account.of(*amounts).balance == sum(amounts)",
    "allowed": "amount = st.integers()\nassert Account.allowed(amount) is (amount <= LIMIT)",
    "later": "amount = st.integers()\nassert await Account(amount).later(1) == amount + 1",
}
FAILING = {
    "deposit": ("self.balance += amount", "self.balance = min(self.balance + amount, 60)"),
    "is_empty": ("== 0", "in (0, 3)"),
    "of": ("cls(sum(amounts))", "cls(sum({*amounts}))"),
    "allowed": ("<= LIMIT", "<= LIMIT and amount != 0"),
    "later": ("self.balance + amount", "self.balance + amount if self.balance else 0"),
}


def stated(bank: Bench, name: str, *sources: str) -> list[str]:
    """What the properties gate alone says of implementations."""
    unit = f"bank.accounts/Account.{name}"
    texts = [bank.candidate(unit, each).implementation.decode() for each in sources]
    composed = [compose(bank.spec(unit), each, markdown=False).implementation.decode() for each in texts]
    candidates = [bank.candidate(unit, each) for each in composed]
    sandbox = Sandbox(bank.project.config.sandbox)
    opinions = refusals(properties.check(candidates, bank.context(), bank.surroundings(), sandbox))
    return ["\n".join(each.message for each in found) for found in opinions]


@pytest.mark.parametrize("name", FENCES)
def test_a_stated_property_holds_of_a_method(bench: MakeBench, name: str) -> None:
    fence = textwrap.indent(textwrap.dedent(FENCES[name]).strip(), " " * 8)
    head, found, rest = ACCOUNTS.partition(f"def {name}(")
    docstring, example, rest = rest.partition("\n\n        >>> ")
    assert found
    assert example
    said = f"{head}{found}{docstring}\n\n        ```hypothesis\n{fence}\n        ```{example}{rest}"
    said = said.replace("\n        Ensures:\n            result == self.balance", "")
    # What `of` gives has to be carried to where no candidate runs.
    said = said.replace("class Account:", "@dataclass\nclass Account:").replace(
        "    def __init__(self, balance: int = 0) -> None:\n        self.balance = balance\n", "    balance: int = 0\n"
    )
    bank = bench({"bank/__init__.py": "", "bank/accounts.py": f"from dataclasses import dataclass\n{said}"})
    honest, wrong = stated(bank, name, HONEST[name], HONEST[name].replace(*FAILING[name]))
    assert honest == ""
    assert "does not hold" in wrong


def test_a_stated_property_sees_the_state_of_a_plain_object(bench: MakeBench) -> None:
    fence = textwrap.indent(textwrap.dedent(FENCES["deposit"]).strip(), " " * 8)
    said = ACCOUNTS.replace(
        "Add an amount and return the balance.\n", f"Add.\n\n        ```hypothesis\n{fence}\n        ```\n"
    )
    said = said.replace("        Ensures:\n            result == self.balance\n", "")
    bank = bench({"bank/__init__.py": "", "bank/accounts.py": said})
    kept = HONEST["deposit"]
    forgets = kept.replace("self.balance += amount", "amount += self.balance").replace(
        "return self.balance", "return amount"
    )
    honest, *wrong = stated(bank, "deposit", kept, kept.replace(*FAILING["deposit"]), forgets)
    assert honest == ""
    assert all("does not hold" in each for each in wrong)
