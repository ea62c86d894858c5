"""Which units a spec names, and which an answer calls."""

from collections.abc import Callable

import pytest

from hatch_vibesafe.generate.callees import called_in, named
from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.spec.model import Spec

MakeSpec = Callable[..., Spec]
ADD = UnitId("app.m", "Box.add")
SLUG = UnitId("app.text", "slug")


@pytest.mark.parametrize("text", ["box.add(1)", "self.add", "add(box, 1)", "as `add` does", "uses add`"])
def test_a_name_is_called_where_it_stands_as_code_has_it(text: str) -> None:
    assert called_in(text, {ADD}) == {ADD}


@pytest.mark.parametrize("text", ["Add to the items, or add twice.", "added(1)", "box.adder", ""])
def test_a_word_of_a_sentence_calls_nothing(text: str) -> None:
    assert called_in(text, {ADD}) == frozenset()


def test_a_spec_names_functions_by_referring_to_them_and_methods_in_its_text(make_spec: MakeSpec) -> None:
    assert named(make_spec(), {ADD, SLUG}) == {SLUG}
    assert named(make_spec(docstring=">>> Box().add(1)\n1"), {ADD, SLUG}) == {ADD, SLUG}
    assert named(make_spec(pre_hole="self.add(0)"), {ADD}) == {ADD}
