"""Which classes are believed, where a warm process had frozen what it had before."""

import gc
import types
from collections.abc import Iterator

import pytest

from hatch_vibesafe.gates.worker.origins import Frozen, Origins

MODULE = "class Made:\n    def __eq__(self, other):\n        return True\n"


class Old:
    def __eq__(self, other: object) -> bool:
        return self is other

    __hash__ = object.__hash__


def replaced(self: object, other: object) -> bool:  # noqa: ARG001 - the signature of what it replaces
    return True


@pytest.fixture
def origins() -> Iterator[Origins]:
    """What a child of a warm process begins with, whose project imports nothing."""
    yield from _origins(())


@pytest.fixture
def wary_origins() -> Iterator[Origins]:
    """The same for a project that replaces methods."""
    yield from _origins(("Old.__eq__ = replaced\n",))


def _origins(sources: tuple[str, ...]) -> Iterator[Origins]:
    frozen = Frozen(sources, ())
    gc.freeze()
    try:
        yield Origins(frozen)
    finally:
        gc.unfreeze()


def made_by(source: str) -> type:
    module = types.ModuleType("app._vibesafe.unit")
    exec(source, vars(module))  # noqa: S102 - the test plays a module
    made: type = vars(module)["Made"]
    return made


def test_what_was_frozen_and_what_came_before_the_candidate_is_believed(origins: Origins) -> None:
    made = made_by(MODULE)
    origins.before()
    origins.after()
    assert origins.is_believed(Old)
    assert origins.is_believed(made)


def test_a_class_that_the_candidate_makes_is_its_own(origins: Origins) -> None:
    origins.before()
    made = made_by(MODULE)
    origins.after()
    origins.settle()
    assert not origins.is_believed(made)


def test_a_project_that_freezes_too_hides_no_class_of_its_own(origins: Origins) -> None:
    made = made_by(MODULE)
    gc.freeze()
    origins.before()
    origins.after()
    assert origins.is_believed(made)


@pytest.mark.parametrize("hide", [gc.freeze, gc.disable], ids=["freeze", "disable"])
def test_a_class_that_the_candidate_makes_cannot_be_hidden(origins: Origins, hide: types.BuiltinFunctionType) -> None:
    origins.before()
    made = made_by(MODULE)
    made.__module__, made.__qualname__ = __name__, "Made"
    globals()["Made"] = made
    hide()
    try:
        origins.after()
        origins.settle()
    finally:
        gc.enable()
        del globals()["Made"]
    assert not origins.is_believed(made)


def test_a_frozen_class_with_another_method_is_not_believed(origins: Origins, monkeypatch: pytest.MonkeyPatch) -> None:
    origins.before()
    monkeypatch.setattr(Old, "__eq__", replaced)
    origins.after()
    assert not origins.is_believed(Old)


def test_what_the_project_itself_replaces_is_believed(wary_origins: Origins, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Old, "__eq__", replaced)
    wary_origins.before()
    wary_origins.after()
    assert wary_origins.is_believed(Old)


@pytest.mark.parametrize(
    ("source", "replaces"),
    [
        ("Old.__eq__ = other\n", True),
        ("Old.__eq__, x = other, 1\n", True),
        ("for Old.__repr__ in others: pass\n", True),
        ("setattr(Old, '__eq__', other)\n", True),
        ("exec(text)\n", True),
        ("class Own:\n    def __eq__(self, other): return self.__class__.__name__ == other\n", False),
        ("x = Old.__eq__(a, b) or a.__class__ is b\n", False),
    ],
)
def test_which_projects_may_replace_a_method(source: str, *, replaces: bool) -> None:
    assert Frozen((source,), ()).may_have_changed() is replaces


def test_what_an_import_of_something_installed_may_replace_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    frozen = Frozen((), ("app",))
    monkeypatch.setitem(__import__("sys").modules, "app", types.ModuleType("app"))
    assert not frozen.may_have_changed()
    monkeypatch.setitem(__import__("sys").modules, "installed_elsewhere", types.ModuleType("installed_elsewhere"))
    assert frozen.may_have_changed()
