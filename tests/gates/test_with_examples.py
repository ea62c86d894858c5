"""Calls that no example shows, behind the examples: what they show is what they show in a process of their own."""

import pytest

from hatch_vibesafe.gates.differences import shown_by
from hatch_vibesafe.gates.doctests import judge
from hatch_vibesafe.gates.examination import Ground
from hatch_vibesafe.gates.limits_of_code import example_results
from hatch_vibesafe.gates.sandbox import Sandbox
from hatch_vibesafe.gates.shared_part import batch_of
from hatch_vibesafe.gates.unshown import unshown_of
from hatch_vibesafe.gates.with_examples import Ran, run_examples

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tests.gates.conftest import Bench, MakeBench

UNIT = "app.numbers/double"
HEAD = "def double(n: int) -> int:\n"
HONEST = f"{HEAD}    return n * 2\n"
STUB = '''
    from vibesafe_runtime import VibeCoded, vibesafe


    @vibesafe
    def double(n: int) -> int:
        """Twice a number.
        {}
        """
        raise VibeCoded()
'''
PLAIN = """
        >>> double(2)
        4
        >>> double(-3) == -6
        True
        >>> double(9)
        18"""
APART = {
    "an example gives a name": (f"{PLAIN}\n        >>> (it := double(1))\n        2", HONEST),
    "an example is a statement": (f"{PLAIN}\n        >>> assert double(1) == 2", HONEST),
    "an example calls something else": (f"{PLAIN}\n        >>> str(double(1))\n        '2'", HONEST),
    "there is a contract": (f"\n        Requires:\n            n < 100\n{PLAIN}", HONEST),
    "answers are remembered": (PLAIN, f"from functools import cache\n\n\n@cache\n{HONEST}"),
    "something is held at module level": (PLAIN, f"_FACTOR = 2\n\n\n{HEAD}    return n * _FACTOR\n"),
    "a call ends the process": (PLAIN, f"import os\n\n\n{HEAD}    return os._exit(0) if n == 5 else n * 2\n"),
    "a call is short of memory": (PLAIN, f"{HEAD}    if n == 5:\n        raise MemoryError\n    return n * 2\n"),
}


def ran(made: "Bench", source: str) -> tuple[Ran, Ground]:
    surrounding = made.surroundings()
    batch = batch_of(made.scan.specs, made.context(), surrounding)
    ground = Ground(batch, frozenset(surrounding.files), Sandbox(made.project.config.sandbox))
    (found,) = run_examples([made.candidate(UNIT, source)], ground, ground)
    return found, ground


@pytest.mark.parametrize(
    "source", [HONEST, f"{HEAD}    return n + n if n < 9 else 20\n", f"{HEAD}    return 8 // (n - 5) and n * 2\n"]
)
def test_both_show_together_what_they_show_apart(bench: "MakeBench", source: str) -> None:
    made = bench({"app/__init__.py": "", "app/numbers.py": STUB.format(PLAIN)})
    found, ground = ran(made, source)
    runner = unshown_of(found.candidate).runner
    (alone,) = example_results([(runner.spec, source)], ground)
    assert judge(runner.spec, found.examples) == judge(runner.spec, alone)
    assert found.shown is not None
    assert [found.shown[case] for case in runner.cases] == shown_by([runner], ground)[0]


@pytest.mark.parametrize(("examples", "source"), APART.values(), ids=APART)
def test_they_are_run_apart_where_one_could_be_seen_in_the_other(
    bench: "MakeBench", examples: str, source: str
) -> None:
    made = bench({"app/__init__.py": "", "app/numbers.py": STUB.format(examples)})
    found, _ = ran(made, source)
    assert found.shown is None
    assert judge(found.candidate.spec, found.examples) == ()


def test_what_is_wrong_behind_the_examples_is_asked_again_alone(bench: "MakeBench") -> None:
    source = f"from app.calls import two\n\n\n{HEAD}    return n * two()\n"

    def failing_after(calls: int) -> "Bench":
        counted = f"LEFT = [*[2] * {calls}, 0]\n\n\ndef two() -> int:\n    return 4 // LEFT.pop(0)\n"
        return bench({"app/__init__.py": "", "app/numbers.py": STUB.format(PLAIN), "app/calls.py": counted})

    calls = len(unshown_of(failing_after(0).candidate(UNIT, source)).runner.cases)
    assert failing_after(calls - 1).doctests(UNIT, source) != ((),)
    made = failing_after(calls)
    found, _ = ran(made, source)
    assert any(each.is_exception for each in (found.shown or {}).values())
    assert made.doctests(UNIT, source) == ((),)
