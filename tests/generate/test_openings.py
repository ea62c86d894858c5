"""How a body opens: what is given to a model that continues, and what an answer chose by itself."""

import ast
from collections.abc import Callable, Mapping

import pytest

from hatch_vibesafe.generate.extract import continued, extract
from hatch_vibesafe.generate.openings import OPENINGS, Opening, opened_with, opening_of
from hatch_vibesafe.generate.prompt import build_prompt
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.store.records import Scalar

MakeSpec = Callable[..., Spec]
REST: Mapping[Opening, str] = {
    "result": " sum(xs)\n    return result",
    "cases": " not xs:\n        return 0\n    return sum(xs)",
    "return": " sum(xs)",
    "loop": " x in xs:\n        return x\n    return 0",
}


@pytest.mark.parametrize("opening", OPENINGS)
def test_the_answer_goes_on_from_the_opening_and_is_whole_with_it(make_spec: MakeSpec, opening: Opening) -> None:
    spec = make_spec(docstring="Add up.", pre_hole="if xs is None:\n    return -1\n")
    prompt = build_prompt(spec, None, continues=True, sample=0, strategy=opening)
    plain = build_prompt(spec, None, continues=True, sample=0)
    assert prompt.beginning == plain.beginning + opened_with(opening)
    assert not prompt.beginning.endswith((" ", "\n")), "models stumble over a text that ends so"
    assert prompt.request.messages[0] == plain.request.messages[0]
    assert prompt.request.stop == plain.request.stop
    code = extract(continued(prompt.beginning, f"{REST[opening]}\n```\nThat is all.", spec.unit.name), spec.unit.name)
    ast.parse(code)
    assert opening_of(spec, code) == opening


def test_an_opening_is_what_stands_behind_docstring_and_guards(make_spec: MakeSpec) -> None:
    head = "def total(xs: list[int]) -> int:\n"
    guarded = make_spec(docstring="Add up.", pre_hole="if not xs:\n    return 0\n")
    code = f'{head}    """Add up."""\n    if not xs:\n        return 0\n    return sum(xs)\n'
    assert opening_of(guarded, code) == "return"
    assert opening_of(make_spec(docstring="Add up."), code) == "cases"
    assert opening_of(guarded, f'{head}    """Add up."""\n    if not xs:\n        return 0\n') is None


@pytest.mark.parametrize(
    "body", ["    total = 0\n    return total\n", "    return\n", "    while True:\n        pass\n", '    """Add."""\n']
)
def test_what_is_no_opening_of_ours_and_what_is_no_code_is_none(make_spec: MakeSpec, body: str) -> None:
    spec = make_spec()
    assert opening_of(spec, f"def total(xs: list[int]) -> int:\n{body}") is None
    assert opening_of(spec, f"def other(xs: list[int]) -> int:\n    return 1\n{body}") is None
    assert opening_of(spec, "no Python at all") is None


def test_small_models_are_asked_for_openings_at_temperature_0_first(make_spec: MakeSpec) -> None:
    sent: tuple[tuple[str, Scalar], ...] = (("model", "m"), ("seed", 1), ("temperature", 0.7))
    asked = [
        dict(build_prompt(make_spec(), None, continues=True, sample=each, strategy="loop", sent=sent).request.sent)
        for each in range(2)
    ]
    assert [each["temperature"] for each in asked] == [0.0, 0.7]
