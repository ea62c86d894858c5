"""The generated check of a contract: the unit's own signature, and a violation that says the clause and the values."""

import inspect
import sys
import types
from dataclasses import replace

import pytest

from hatch_vibesafe.ship.contract_wrapper import Extent, contract_wrapper
from hatch_vibesafe.spec.model import SourceFile, Spec, UnitSettings
from hatch_vibesafe.spec.scan import scan

SOURCE = b'''
from vibesafe_runtime import VibeCoded, vibesafe


@vibesafe
def push(items: list[int], item: int = 1, *, most: int = 9) -> int:
    """Put an item at the end.

    Requires:
        item <= most
    Ensures:
        len(items) == old(len(items)) + 1
        result == items[-1]
    Raises:
        ValueError: item < 0

    >>> push([], 1)
    1
    """
    raise VibeCoded()
'''
RIGHT = """
def push(items: list[int], item: int = 1, *, most: int = 9) -> int:
    if item < 0:
        raise ValueError("negative")
    items.append(item)
    return item
"""


class ViolationError(Exception):
    """Stands for what the runtime raises."""


def spec() -> Spec:
    files = [SourceFile("app", "app/__init__.py", b"", is_package=True)]
    files.append(SourceFile("app.m", "app/m.py", SOURCE, is_package=False))
    found = scan(files, lambda _: UnitSettings("f", "x"))
    assert found.all_problems == ()
    return found.specs[0]


@pytest.fixture
def wrapped(monkeypatch: pytest.MonkeyPatch) -> types.FunctionType:
    return made(monkeypatch, RIGHT, "full")


def made(monkeypatch: pytest.MonkeyPatch, implementation: str, extent: Extent) -> types.FunctionType:
    inner, outer = types.ModuleType("wrapped_inner"), types.ModuleType("wrapped_outer")
    vars(inner)["VibesafeContractViolation"] = ViolationError
    monkeypatch.setitem(sys.modules, "wrapped_inner", inner)
    exec(implementation, vars(inner))  # noqa: S102 - what is to be wrapped
    exec(contract_wrapper(spec(), "wrapped_inner", extent, "wrapped_inner"), vars(outer))  # noqa: S102 - likewise
    function = vars(outer)["push"]
    assert isinstance(function, types.FunctionType)
    return function


def test_the_signature_is_the_units_own(wrapped: types.FunctionType) -> None:
    inner = vars(sys.modules["wrapped_inner"])["push"]
    assert inspect.signature(wrapped, follow_wrapped=False) == inspect.signature(inner)
    assert wrapped([]) == 1


def test_what_keeps_the_contract_passes(wrapped: types.FunctionType) -> None:
    assert wrapped([], 3) == 3
    with pytest.raises(ValueError, match="negative"):
        wrapped([], -1)


@pytest.mark.parametrize(
    ("change", "item", "clause"),
    [
        (("", ""), 10, "Requires item <= most"),
        (("items.append(item)", "items += [item, item]"), 1, "Ensures len(items) == old(len(items)) + 1"),
        (("return item", "return 7"), 1, "Ensures result == items[-1]"),
        (("item < 0", "item < -5"), -1, "Raises ValueError: item < 0"),
        (("item < 0", "item < 5"), 1, "Raises ValueError: item < 0"),
    ],
)
def test_a_broken_clause_is_named_with_the_values(
    change: tuple[str, str], item: int, clause: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    function = made(monkeypatch, RIGHT.replace(*change) if change[0] else RIGHT, "full")
    with pytest.raises(ViolationError) as caught:
        function([], item)
    assert caught.value.args[:2] == (clause, "app.m/push")
    assert caught.value.args[2]["item"] == item


def test_pre_checks_requires_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    function = made(monkeypatch, RIGHT.replace("return item", "return 7"), "pre")
    assert function([], 1) == 7
    with pytest.raises(ViolationError):
        function([], 10)


def test_without_clauses_there_is_no_wrapper() -> None:
    assert contract_wrapper(replace(spec(), contract=()), "m", "full") == ""
