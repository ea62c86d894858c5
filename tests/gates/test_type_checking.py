"""Units in modules that keep an import cycle open with `if TYPE_CHECKING:`."""

from typing import TYPE_CHECKING

import pytest

from hatch_vibesafe.gates.structure import check
from hatch_vibesafe.generate.compose import compose

if TYPE_CHECKING:
    from tests.gates.conftest import Bench, MakeBench

ORDERS = '''
    {future}
    from typing import TYPE_CHECKING

    from vibesafe_runtime import VibeCoded, vibesafe

    if TYPE_CHECKING:
        from app.people import Person


    @vibesafe
    def greeting(person: {person}) -> str:
        """Greet somebody.

        >>> from app.people import Person
        >>> greeting(Person("Ada"))
        'Hello Ada'
        """
        raise VibeCoded()
'''
PEOPLE = """
    from app.orders import greeting


    class Person:
        def __init__(self, name: str) -> None:
            self.name = name

        def greeted(self) -> str:
            return greeting(self)
"""
UNIT = "app.orders/greeting"
POSTPONED = {"future": "from __future__ import annotations", "person": "Person"}
QUOTED = {"future": "", "person": "'Person'"}
HAND_WRITTEN = """\
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from app.people import Person

def greeting(person: {person}) -> str:
    other: Person = person
    return 'Hello ' + other.name
"""
ANSWERS = (
    "def greeting(person: {person}) -> str:\n    return f'Hello {{person.name}}'\n",
    "import re\n\n\ndef greeting(person: {person}) -> str:\n    return re.sub('^', 'Hello ', person.name)\n",
    HAND_WRITTEN,
)


@pytest.fixture(params=[POSTPONED, QUOTED], ids=["postponed", "quoted"])
def spelling(request: pytest.FixtureRequest) -> dict[str, str]:
    found: dict[str, str] = request.param
    return found


@pytest.fixture
def cycle(bench: "MakeBench", spelling: dict[str, str]) -> "Bench":
    files = {"app/__init__.py": "", "app/orders.py": ORDERS.format(**spelling), "app/people.py": PEOPLE}
    return bench(files)


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_implementation_passes_every_gate(cycle: "Bench", spelling: dict[str, str], answer: str) -> None:
    spec = cycle.spec(UNIT)
    composed = compose(spec, answer.format(**spelling), markdown=True).implementation.decode()
    assert composed.count("if TYPE_CHECKING:\n    from app.people import Person\n") == 1
    assert composed.count("from __future__ import annotations") == (spelling is POSTPONED)
    (verdict,) = cycle.gates(UNIT, composed)
    assert verdict.findings == ()
    assert {record.gate for record in verdict.records} >= {"structure", "lint", "types", "doctests"}


def test_a_wrong_one_is_refused_by_types_and_by_examples(cycle: "Bench", spelling: dict[str, str]) -> None:
    spec = cycle.spec(UNIT)
    wrong = ("return f'Hello {person.nmae}'", "return 'Hello ' + person.name[::-1]")
    answers = [f"def greeting(person: {spelling['person']}) -> str:\n    {line}\n" for line in wrong]
    sources = [compose(spec, answer, markdown=True).implementation.decode() for answer in answers]
    misspelt, turned = cycle.gates(UNIT, *sources)
    assert misspelt.findings[0].gate == "types"
    assert {finding.gate for finding in turned.findings} == {"doctests"}


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ("if TYPE_CHECKING:\n    from app.people import Person", ""),
        ("if TYPE_CHECKING:\n    from collections.abc import Sequence\n    from app.people import Person", ""),
        ("import typing\nif typing.TYPE_CHECKING:\n    from app.people import Person", ""),
        ("if TYPE_CHECKING:\n    Person = print", "does more than to import"),
        ("if TYPE_CHECKING:\n    from app.people import Person\n    print(1)", "does more than to import"),
        ("if TYPE_CHECKING:\n    from app.people import Person\nelse:\n    Person = None", "when it is imported"),
        ("if not TYPE_CHECKING:\n    from app.people import Person", "when it is imported"),
        ("if print:\n    from app.people import Person", "when it is imported"),
        ("if TYPE_CHECKING:\n    from app.people import secret", "imports `secret` from `app.people`"),
        ("if TYPE_CHECKING:\n    from vibesafe_runtime import vibesafe", "needs nothing of vibesafe"),
        ("if TYPE_CHECKING:\n    from app.people import *", "imports everything"),
        ("if TYPE_CHECKING:\n    import ctypes", "ctypes"),
        ("if TYPE_CHECKING:\n    from app.people import Person as greeting", "binds `greeting`"),
    ],
)
def test_a_block_for_type_checkers_may_import_what_any_code_may(
    cycle: "Bench", spelling: dict[str, str], block: str, words: str
) -> None:
    source = f"{spelling['future']}\nfrom typing import TYPE_CHECKING\n\n{block}\n\n\n"
    source += f"def greeting(person: {spelling['person']}) -> str:\n    return 'Hello ' + person.name\n"
    findings = check(cycle.candidate(UNIT, source))
    if not words:
        assert findings == ()
    else:
        assert any(words in finding.message for finding in findings), findings
