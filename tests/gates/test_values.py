"""Values as the worker tells them and as the parent reads them."""

import collections
import functools
import json
import textwrap
import types

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hatch_vibesafe.gates.values import MalformedAnswerError, Outcome, read_outcome, same_but_for_set_order
from hatch_vibesafe.gates.worker.origins import Origins
from hatch_vibesafe.gates.worker.transcript import Transcript
from hatch_vibesafe.gates.worker.witness import Witness

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.complex_numbers()
    | st.text(st.characters())
    | st.binary()
    | st.fractions()
    | st.decimals()
    | st.datetimes()
)
HASHABLE = st.none() | st.booleans() | st.integers() | st.text() | st.tuples(st.integers(), st.text())
VALUES = st.recursive(
    SCALARS | st.sets(HASHABLE) | st.frozensets(HASHABLE),
    lambda inner: st.lists(inner) | st.tuples(inner) | st.tuples(inner, inner) | st.dictionaries(HASHABLE, inner),
    max_leaves=20,
)


@functools.cache
def implementation(source: str = "") -> tuple[types.ModuleType, Origins]:
    module, origins = types.ModuleType("app._vibesafe.unit"), Origins()
    origins.before()
    exec(source, vars(module))  # noqa: S102 - the test plays the candidate
    origins.after()
    return module, origins


def outcome(value: object, origins: Origins | None = None) -> Outcome:
    """What the parent reads of a value that a worker shows."""
    witness = Witness(origins or implementation()[1])
    transcript = Transcript(witness)
    transcript.show(witness.seen(value))
    return read_outcome(json.loads(json.dumps(["example", transcript.take(), None, witness.refusals])))


@given(VALUES)
def test_a_value_is_read_as_its_repr(value: object) -> None:
    expected = "" if value is None else f"{value!r}\n"
    assert outcome(value) == Outcome(expected, has_set=outcome(value).has_set)


def test_none_shows_nothing_and_a_none_inside_is_shown() -> None:
    assert outcome(None).text == ""
    assert outcome([None]).text == "[None]\n"


@pytest.mark.parametrize(
    "source",
    [
        """
        class Lie(str):
            def __repr__(self): return '4'
        value = Lie()
        """,
        """
        class Lie(int):
            def __eq__(self, other): return True
            __hash__ = int.__hash__
        value = Lie(3)
        """,
        """
        class Lie(list): pass
        value = [Lie()]
        """,
        """
        class Lie:
            def __eq__(self, other): return True
        value = {1: (Lie(),)}
        """,
        """
        class Lie:
            def __bool__(self): return True
            def __repr__(self): return '4'
        Lie.__module__ = 'builtins'
        value = Lie()
        """,
        """
        class Meta(type):
            def __eq__(self, other): return True
            def __hash__(self): return hash(int)
        class Lie(metaclass=Meta):
            def __eq__(self, other): return True
            def __str__(self): return '4'
        value = Lie()
        """,
        """
        class Lie:
            @property
            def __class__(self): return int
            def __eq__(self, other): return True
        value = Lie()
        """,
        """
        value = type('int', (int,), {'__module__': 'builtins', '__eq__': lambda self, other: True})(3)
        """,
        """
        import types
        class Lie:
            def __eq__(self, other): return True
        value = types.SimpleNamespace(x=Lie())
        """,
        """
        class Plain: pass
        value = Plain()
        """,
        """
        value = type("X", (), {"__module__": "decimal", "__eq__": bool})()
        """,
        """
        import decimal
        value = type("X", (), {"__module__": "decimal", "__eq__": bool})()
        decimal.X = type(value)
        """,
        """
        import collections
        value = collections.deque([type("X", (), {"__module__": "decimal", "__eq__": bool})()])
        """,
        """
        value = type("ValueError", (Exception,), {"__module__": "builtins"})("no")
        """,
    ],
)
def test_an_object_that_the_implementation_made_up_is_not_believed(source: str) -> None:
    module, origins = implementation("__name__ = 'app._vibesafe.unit'\n" + textwrap.dedent(source))
    assert outcome(module.value, origins).refusals
    assert not outcome(4, origins).refusals


def test_objects_of_other_modules_are_believed() -> None:
    counted = collections.Counter("aab")
    assert outcome(counted) == Outcome("Counter({'a': 2, 'b': 1})\n")


def test_what_is_too_large_or_too_deep_is_refused() -> None:
    deep: list[object] = []
    for _ in range(200):
        deep = [deep]
    endless: list[object] = []
    endless.append(endless)
    for value in (deep, endless, "x" * (2 << 20), 10**5000, list(range(200_000))):
        assert outcome(value).refusals
    assert not outcome([[[1]]]).refusals


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        ["done"],
        ["example"],
        ["example", [["value", ["int", "x"]]], None, []],
        ["example", [["value", ["int", 4]]], None, []],
        ["example", [["value", ["other", "4"]]], None, []],
        ["example", [["value", ["dict", [[["none"]]]]]], None, []],
        ["example", [["value", ["bool", 1]]], None, []],
        ["example", ["4"], None, []],
        ["example", [], ["ValueError"], []],
        ["example", [], None, [1]],
    ],
)
def test_a_malformed_answer_is_refused(answer: object) -> None:
    with pytest.raises(MalformedAnswerError):
        read_outcome(answer)


def test_the_order_of_a_set_means_nothing_and_everything_else_does() -> None:
    assert same_but_for_set_order("{'a', 'b'}\n", "{'b', 'a'}")
    assert not same_but_for_set_order("{'a', 'b'}", "{'a', 'c'}")
    assert not same_but_for_set_order("{1}", "{1.0}")
    assert not same_but_for_set_order("{True}", "{1}")
    assert not same_but_for_set_order("[1, 2]", "[2, 1]")
    assert not same_but_for_set_order("{", "{")
