"""What is foreseen of an implementation is what would be shown part by part."""

import pytest

from hatch_vibesafe.gates import differences
from hatch_vibesafe.gates.differences import Runner
from hatch_vibesafe.gates.examination import Ground
from hatch_vibesafe.gates.foreseen import allowed_cases, foreseen, shown_by
from hatch_vibesafe.gates.sandbox import Sandbox
from hatch_vibesafe.gates.shared_part import batch_of
from hatch_vibesafe.gates.unit_calls import Case, UnitCall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tests.gates.conftest import Bench, MakeBench

UNIT = "app.numbers/double"
CONTRACT = '''
import os

from vibesafe_runtime import VibeCoded, vibesafe


def ended(n: int) -> bool:
    return bool(os._exit(n))


@vibesafe
def double(n: int) -> int:
    """Twice a number.

    Requires:
        {requires}

    >>> double(2)
    4
    """
    raise VibeCoded()
'''
SOUND = {
    "a value": "return n * 2",
    "an exception": "return 8 // (n - 3)",
}
DOUBTFUL = {
    "the end of the process": "import os\n    return os._exit(0) if n == 3 else n * 2",
    "what cannot be believed": "return type('Lie', (int,), {'__eq__': lambda *_: True})(n) if n == 3 else n * 2",
    "a want of memory": "raise MemoryError",
}
FIRST, SECOND = (tuple(Case(UnitCall((str(n),))) for n in numbers) for numbers in (range(5), range(4, 8)))


def ground(bench: "Bench") -> Ground:
    surrounding = bench.surroundings()
    batch = batch_of(bench.scan.specs, bench.context(), surrounding)
    return Ground(batch, frozenset(surrounding.files), Sandbox(bench.project.config.sandbox))


@pytest.mark.parametrize("body", [*SOUND.values(), *DOUBTFUL.values()], ids=[*SOUND, *DOUBTFUL])
def test_what_is_foreseen_is_what_is_shown_part_by_part(double: "Bench", body: str) -> None:
    source = f"def double(n: int) -> int:\n    {body}\n"
    whole, *parts = (Runner(double.spec(UNIT), source, cases) for cases in ((*FIRST, *SECOND), FIRST, SECOND))
    place = ground(double)
    known = foreseen([whole], place)
    assert bool(known.shown) is (body in SOUND.values())
    assert shown_by(parts, known) == differences.shown_by(parts, place)


@pytest.mark.parametrize(
    ("requires", "is_known"), [("n >= 3", True), ("10 // (n - 3) > -99", True), ("ended(n)", False)]
)
def test_which_calls_are_allowed_is_foreseen_where_each_has_an_answer(
    bench: "MakeBench", requires: str, *, is_known: bool
) -> None:
    made = bench({"app/__init__.py": "", "app/numbers.py": CONTRACT.format(requires=requires)})
    spec = made.spec(UNIT)
    source = "def double(n: int) -> int:\n    return n * 2\n"
    place = ground(made)
    known = foreseen([Runner(spec, source, (*FIRST, *SECOND))], place)
    asked = [(spec, FIRST), (spec, SECOND)]
    assert bool(known.allowed) is is_known
    assert allowed_cases(asked, known) == differences.allowed_cases(asked, place)


def test_calls_that_need_fewer_statements_than_one_before_them_have_their_own_answers(double: "Bench") -> None:
    source = "def double(n: int) -> int:\n    return n * 2\n"
    cases = (Case(UnitCall(("x",)), setup=("x = 7\n",)), *FIRST, Case(UnitCall(("y",)), setup=("x = 7\n", "y = 9\n")))
    (shown,) = differences.shown_by([Runner(double.spec(UNIT), source, cases)], ground(double))
    assert [one and one.text for one in shown] == ["14", "0", "2", "4", "6", "8", "18"]


def test_what_was_not_foreseen_is_asked(double: "Bench") -> None:
    source = "def double(n: int) -> int:\n    return n * 2\n"
    known = foreseen([Runner(double.spec(UNIT), source, FIRST)], ground(double))
    (shown,) = shown_by([Runner(double.spec(UNIT), source, SECOND)], known)
    assert [one and one.text for one in shown] == ["8", "10", "12", "14"]
