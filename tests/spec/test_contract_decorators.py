"""What `icontract` and `deal` say above a stub, read as clauses, and held against what the libraries themselves do."""

import runpy
from collections.abc import Callable
from pathlib import Path

import deal
import icontract
import pytest

from hatch_vibesafe.generate.stub import stub_source
from hatch_vibesafe.ship.contract_wrapper import checked_mode
from hatch_vibesafe.spec.contract_expressions import evaluable
from hatch_vibesafe.spec.model import Scan, Spec

SpecOf = Callable[..., Spec]
Scanned = Callable[[dict[str, str]], Scan]

UNIT = '''
import deal
import icontract
from deal import implies, pre as needs
from icontract import ensure

LIMIT = 9


def small(n: int) -> bool:
    return n < LIMIT


{decorators}
def f(n: int, items: list[int], *, step: int = 1) -> int:
    """Do it.{sections}

    >>> f(1, [])
    1
    """
    raise VibeCoded()
'''


def unit(*decorators: str, sections: str = "", ours: str = "@vibesafe") -> str:
    return UNIT.format(decorators="\n".join([*decorators, ours]), sections=sections)


def said(spec: Spec) -> list[str]:
    return [clause.text for clause in spec.contract]


@pytest.mark.parametrize(
    ("decorator", "clause"),
    [
        ("icontract.require(lambda n: n >= 0)", "Requires n >= 0"),
        (
            "icontract.require(condition=lambda step, n: small(n) and step, error=ValueError)",
            "Requires small(n) and step",
        ),
        ("icontract.ensure(lambda result, n: result > n, 'grows')", "Ensures result > n"),
        ("ensure(lambda result: result != LIMIT)", "Ensures result != LIMIT"),
        ("needs(lambda _: _.n > 0 or 'too small')", "Requires n > 0"),
        ("deal.pre(lambda n, items, step=1: n in items or not items)", "Requires n in items or not items"),
        ("deal.pre(validator=lambda n, items, *, step: len(items) < 3)", "Requires len(items) < 3"),
        ("deal.post(lambda r: 0 <= r <= LIMIT)", "Ensures 0 <= r <= LIMIT"),
        ("deal.ensure(lambda _: _.result >= _.n)", "Ensures result >= n"),
        ("deal.ensure(lambda n, items, step, result: implies(n, result))", "Ensures implies(n, result)"),
        ("deal.ensure(lambda n, items, result, step=1: deal.implies(n, result))", "Ensures implies(n, result)"),
        ("deal.reason(ValueError, lambda _: _.n < 0)", "Raises ValueError: n < 0"),
        ("deal.chain(deal.post(lambda r: r > 1))", "Ensures r > 1"),
    ],
)
def test_a_lambda_becomes_a_clause(decorator: str, clause: str, spec_of: SpecOf) -> None:
    # The parameter of `deal.post` has any name; in the clause it is `result`.
    expected = clause.replace(" r ", " result ") if "deal.post" in decorator else clause
    spec = spec_of(unit(f"@{decorator}"))
    assert said(spec) == [expected]
    assert spec.contract[0].library == ("deal" if "deal" in decorator or "needs" in decorator else "icontract")


def test_a_snapshot_is_what_was_before(spec_of: SpecOf) -> None:
    spec = spec_of(
        unit(
            "@icontract.snapshot(lambda items: items[:])",
            "@icontract.snapshot(lambda n, items: n + len(items), name='both')",
            "@icontract.ensure(lambda OLD, items: items == OLD.items)",
            "@icontract.ensure(lambda result, OLD: result <= OLD.both)",
        )
    )
    assert said(spec) == ["Ensures items == old(items[:])", "Ensures result <= old(n + len(items))"]


def test_they_stand_after_the_docstrings_own_and_their_helpers_are_known(spec_of: SpecOf) -> None:
    spec = spec_of(unit("@icontract.require(lambda n: small(n))", sections="\n\n    Requires:\n        n > 0"))
    assert said(spec) == ["Requires n > 0", "Requires small(n)"]
    assert any("small" in line for line in spec.contract_header)
    assert ("app.m", "small") in {(each.module, each.name) for each in spec.references}


@pytest.mark.parametrize(
    ("decorators", "what", "remedy"),
    [
        (["icontract.require(small)"], "has no lambda written out", "lambda items, n, step: ..."),
        (["icontract.require(lambda m: m > 0)"], "takes m, which is no parameter", "name the unit's parameters"),
        (["icontract.require(lambda n=1: n > 0)"], "takes more than plain names", "without defaults"),
        (["icontract.require(lambda n: n > step)"], "names step, which its lambda does not take", "add it"),
        (["icontract.require(lambda n: n)"], "`n` is no condition", "write a comparison"),
        (["icontract.require(lambda n: open(n))"], "uses the builtin open", "helper"),
        (["icontract.require(lambda result: result > 0)"], "takes result", "name the unit's"),
        (["icontract.ensure(lambda OLD: OLD.n > 0)"], "names OLD.n, and no snapshot", "add @icontract.snapshot"),
        (["icontract.ensure(lambda items: all(n > 0 for n in items))"], "binds n again", "rename the variable"),
        (["deal.pre(lambda n: n > 0)"], "takes other parameters than the unit", "lambda n, items, *, step: ..."),
        (["deal.pre(lambda n, items, step=2: n > 0)"], "gives step another default", "leave the default out"),
        (["deal.ensure(lambda n, items, step: n > 0)"], "does not take result", "add result"),
        (["deal.pre(lambda _: len(_.items) > 0)"], "takes _.items, which is a method", "lambda n, items, *, step: ..."),
        (["deal.post(lambda _: _ > 0)"], "does not take the result alone", "lambda result: ..."),
        (["deal.raises(ValueError)"], "allows ValueError without saying when", "`ValueError: CONDITION`"),
        (["deal.reason(Unknown, lambda _: _.n < 0)"], "names no exception", "import it"),
        (["vibesafe", "deal.post(lambda r: r > 0)"], "stands below @vibesafe", "move it above"),
        (["deal.pre(lambda _: _.n > 0)", "deal.pre(lambda _: not _.n > 0)"], "and its contrary", "take one"),
    ],
)
def test_what_cannot_be_read_is_refused(decorators: list[str], what: str, remedy: str, scanned: Scanned) -> None:
    lines = [f"@{each}" for each in decorators]
    text = unit(*lines, ours="" if "@vibesafe" in lines else "@vibesafe")
    found = scanned({"app": "", "app.m": "from vibesafe_runtime import VibeCoded, vibesafe\n" + text})
    (problem,) = found.all_problems
    assert what in problem.what, problem
    assert remedy in problem.remedy, problem
    # The same line is told as the one that has to be edited.
    line = next(n for n, each in enumerate(text.split("\n"), start=2) if each == lines[-1])
    assert problem.where.startswith(f"app/m.py:{line} ")


@pytest.mark.parametrize(
    ("decorator", "what"),
    [
        ("deal.pure", "is no condition that can be read"),
        ("deal.has('io')", "is no condition that can be read"),
        ("icontract.require(lambda n: n > 0, enabled=False)", "is switched off"),
    ],
)
def test_what_no_gate_checks_is_told(decorator: str, what: str, scanned: Scanned) -> None:
    text = "from vibesafe_runtime import VibeCoded, vibesafe\n" + unit(f"@{decorator}")
    found = scanned({"app": "", "app.m": text})
    assert found.all_problems == ()
    assert found.specs[0].contract == ()
    assert [what in each.what for each in found.warnings] == [True]


def test_only_what_the_module_imports_counts(spec_of: SpecOf) -> None:
    text = unit("@require(lambda m: m > 0)").replace(
        "LIMIT = 9", "def require(it):\n    return lambda f: f\n\n\nLIMIT = 9"
    )
    assert spec_of(text).contract == ()
    star = unit("@require(lambda n: n > 0)").replace("LIMIT = 9", "from icontract import *\n\nLIMIT = 9")
    assert said(spec_of(star)) == ["Requires n > 0"]


def test_what_deal_raises_is_enough_where_the_docstring_says_when(spec_of: SpecOf) -> None:
    spec = spec_of(unit("@deal.raises(ValueError)", sections="\n\n    Raises:\n        ValueError: n < 0"))
    assert said(spec) == ["Raises ValueError: n < 0"]


def test_the_model_reads_them_as_sections_of_the_docstring(spec_of: SpecOf) -> None:
    spec = spec_of(unit("@deal.pre(lambda _: _.n > 0)", "@deal.post(lambda r: r > 0)"))
    shown = stub_source(spec)
    assert "    1\n\n    Requires:\n        n > 0\n    Ensures:\n        result > 0\n    " in shown
    assert "Requires" not in spec.docstring


def test_a_wheel_leaves_them_to_their_library(spec_of: SpecOf) -> None:
    spec = spec_of(unit("@deal.pre(lambda _: _.n > 0)"))
    assert checked_mode(spec, "full") == "off"
    both = spec_of(unit("@deal.pre(lambda _: _.n > 0)", sections="\n\n    Requires:\n        n < 9"))
    assert checked_mode(both, "full") == "pre"


@pytest.mark.parametrize(
    ("mode", "sections", "is_told"),
    [
        ("full", "", True),
        ("pre", "", True),
        ("pre", "\n\n    Ensures:\n        result > n", True),
        ("full", "\n\n    Ensures:\n        result > n", False),
        ("off", "", False),
    ],
)
def test_a_mode_that_checks_nothing_is_told(mode: str, sections: str, is_told: bool, scanned: Scanned) -> None:
    ours = f"@vibesafe(contracts={mode!r})"
    text = unit("@deal.pre(lambda _: _.n > 0)", sections=sections, ours=ours)
    found = scanned({"app": "", "app.m": "from vibesafe_runtime import VibeCoded, vibesafe\n" + text})
    assert ["would check in a call" in each.what for each in found.warnings] == [True] * is_told


@pytest.mark.parametrize(
    "decorator",
    [
        "icontract.require(lambda n: n >= 0)",
        "icontract.require(lambda items, n: n in items)",
        "deal.pre(lambda n, items, *, step=1: n > 1)",
        "deal.pre(lambda _: _.n > 1 and _.step or 'none')",
        "deal.post(lambda r: r > 2)",
        "deal.ensure(lambda n, items, *, step=1, result: result != step)",
        "deal.ensure(lambda _: deal.implies(_.n < 2, _.result > 0))",
        "icontract.ensure(lambda result, step: result == step or result < 1)",
        "icontract.ensure(lambda items, result: all(it < result for it in items))",
    ],
)
def test_a_clause_holds_where_the_library_is_content(decorator: str, spec_of: SpecOf, tmp_path: Path) -> None:
    (clause,) = spec_of(unit(f"@{decorator}")).contract
    (condition,) = evaluable([clause], ["n", "items", "step"], "_old").conditions
    # icontract reads the decorator again in its file.
    file = tmp_path / "decorated.py"
    file.write_text(f"import deal, icontract\n\n@{decorator}\ndef f(n, items, *, step=1):\n    return n\n")
    f = runpy.run_path(str(file))["f"]
    assert callable(f)
    seen = set()
    for n in (-1, 0, 1, 2, 3):
        for items in ([], [1], [1, 2]):
            try:
                f(n, items)
            except (deal.ContractError, icontract.ViolationError):
                content = False
            else:
                content = True
            # The text of a test, over plain values.
            assert bool(eval(condition, {"n": n, "items": items, "step": 1, "result": n})) == content  # noqa: S307
            seen.add(content)
    assert seen == {True, False}


CLASS = '''
import deal
import icontract
from icontract import invariant

LIMIT = 9


{decorators}
class Account:
    """An account."""

    def __init__(self, balance: int = 0) -> None:
        self.balance = balance

    {above}
    @vibesafe
    def deposit(this, amount: int) -> int:
        """>>> Account().deposit(1)
        1
        """
        raise VibeCoded()
'''


def in_class(*decorators: str, above: str = "") -> str:
    return CLASS.format(decorators="\n".join(decorators), above=above)


@pytest.mark.parametrize(
    ("decorator", "clause"),
    [
        ("@icontract.invariant(lambda self: self.balance >= 0)", "Invariant this.balance >= 0"),
        ("@invariant(condition=lambda self: self.balance < LIMIT, description='x')", "Invariant this.balance < LIMIT"),
        ("@deal.inv(lambda account: account.balance >= 0)", "Invariant this.balance >= 0"),
        ("@deal.inv(validator=lambda it: it.balance >= 0 or 'negative')", "Invariant this.balance >= 0"),
        ("@deal.chain(deal.inv(lambda it: it.balance > 1))", "Invariant this.balance > 1"),
    ],
)
def test_an_invariant_above_a_class_is_a_clause_of_its_methods(spec_of: SpecOf, decorator: str, clause: str) -> None:
    spec = spec_of(in_class(decorator))
    assert said(spec) == [clause]
    assert clause.partition(" ")[2] in stub_source(spec)
    assert checked_mode(spec, "full") == "off"
    assert said(spec_of(in_class(decorator, above="@staticmethod").replace("this, ", ""))) == []


@pytest.mark.parametrize(
    ("decorator", "what"),
    [
        ("@icontract.invariant(small)", "has no lambda written out"),
        ("@icontract.invariant(lambda: True)", "does not take the object alone"),
        ("@deal.inv(lambda *a: a)", "does not take the object alone"),
        ("@deal.inv(lambda it: it.balance)", "is no condition"),
        ("@deal.inv(lambda it: amount > 1)", "names amount"),
    ],
)
def test_an_invariant_that_cannot_be_read_is_refused(scanned: Scanned, decorator: str, what: str) -> None:
    text = "from vibesafe_runtime import VibeCoded, vibesafe\n" + in_class(decorator)
    (problem,) = scanned({"app": "", "app.m": text}).all_problems
    assert what in problem.what
    assert "of the class" in problem.what


def test_an_invariant_that_is_switched_off_is_a_warning(scanned: Scanned) -> None:
    text = in_class("@icontract.invariant(lambda self: self.balance > 0, enabled=False)")
    found = scanned({"app": "", "app.m": "from vibesafe_runtime import VibeCoded, vibesafe\n" + text})
    assert found.all_problems == ()
    assert any("is switched off" in warning.what for warning in found.warnings)
