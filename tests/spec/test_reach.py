"""What moves a spec hash though the spec does not name it, and what stands beside that and moves nothing."""

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hatch_vibesafe.spec.model import Scan, SourceFile, UnitSettings
from hatch_vibesafe.spec.scan import scan

Scanned = Callable[[Mapping[str, str | bytes]], Scan]


class ReachCase(Protocol):
    """See `conftest.py`."""

    @property
    def before(self) -> dict[str, str]: ...
    @property
    def edited(self) -> dict[str, str]: ...
    @property
    def control(self) -> dict[str, str]: ...


def parts(scanned: Scanned, modules: Mapping[str, str]) -> dict[str, str]:
    found = scanned(modules)
    assert found.all_problems == ()
    (spec,) = found.specs
    return {**dict(spec.parts), "hash": spec.spec_hash}


def test_an_edit_of_what_it_depends_on_moves_the_hash(scanned: Scanned, reach_case: ReachCase) -> None:
    before = parts(scanned, reach_case.before)
    edited = parts(scanned, reach_case.edited)
    assert edited["hash"] != before["hash"]
    moved = {name for name in {*before, *edited} if before.get(name) != edited.get(name)} - {"hash"}
    assert moved


def test_an_edit_beside_it_does_not(scanned: Scanned, reach_case: ReachCase) -> None:
    assert parts(scanned, reach_case.control) == parts(scanned, reach_case.before)


def test_formatting_and_comments_do_not(scanned: Scanned, reach_case: ReachCase) -> None:
    written_anew = {name: ast.unparse(ast.parse(text)) for name, text in reach_case.before.items()}
    commented = {name: text.replace("\n", "  # note\n\n# more\n") for name, text in reach_case.before.items()}
    before = parts(scanned, reach_case.before)
    assert parts(scanned, written_anew) == before
    assert parts(scanned, {**reach_case.before, "app.m": commented["app.m"]}) == before


def test_a_new_definition_above_and_below_does_not(scanned: Scanned, reach_case: ReachCase) -> None:
    around = {
        # Of `app.plugin` the cases take the whole module.
        name: f"def above():\n    return below\n{text}\ndef below():\n    return above\n"
        if name != "app.plugin"
        else text
        for name, text in reach_case.before.items()
    }
    assert parts(scanned, around) == parts(scanned, reach_case.before)


def test_what_the_wheel_does_not_hold_fills_no_table_of_it() -> None:
    unit = "from vibesafe_runtime import VibeCoded, vibesafe\nfrom app.tables import T\n"
    unit += "@vibesafe\ndef f() -> int:\n    print(T)\n    raise VibeCoded()\n"

    def spec_hash(number: int, *, in_wheel: bool) -> str:
        filling = f"from app.tables import T\nT.append({number})\n"
        files = [
            SourceFile("app.m", "app/m.py", unit.encode(), is_package=False),
            SourceFile("app.tables", "app/tables.py", b"T = []\n", is_package=False),
            SourceFile("app.test_m", "app/test_m.py", filling.encode(), is_package=False, in_wheel=in_wheel),
        ]
        return scan(files, lambda _: UnitSettings("t", "x")).specs[0].spec_hash

    assert spec_hash(1, in_wheel=False) == spec_hash(2, in_wheel=False)
    assert spec_hash(1, in_wheel=True) != spec_hash(2, in_wheel=True)


def test_what_is_nested_deeply_is_read_all_the_same(scanned: Scanned) -> None:
    unit = "from vibesafe_runtime import vibesafe\n@vibesafe\ndef f() -> int:\n    print(T)\n    ...\n"
    for deep in [" + ".join(["'a'"] * 1500), "".join(["g()"] + [".a[0]()"] * 200), "(T or " * 50 + "1" + ")" * 50]:
        text = f"T = []\nL = {deep}\nx = make({deep}, key={deep})\nT.append({deep})\nA = {deep}\nA.append({deep})\n"
        found = scanned({"m": text + unit})
        assert [problem for problem in found.all_problems if "nested too deeply" not in problem.what] == []


UNRELATED = (
    "def unrelated():\n    return [1]",
    "class Unrelated:\n    rows = []\n    rows.append(1)",
    "UNRELATED = {}\nUNRELATED['a'] = 1",
    "import json\nencoded = json.dumps([1])",
    "# a comment",
    "'a text'",
    "if __debug__:\n    checked = [2]",
)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_unrelated_statements_between_the_others_do_not(
    scanned: Scanned, reaches: Sequence[ReachCase], data: st.DataObject
) -> None:
    case = data.draw(st.sampled_from(reaches))
    statements = ast.parse(case.before["app.m"]).body
    lines: list[str] = []
    for node in statements:
        lines += data.draw(st.lists(st.sampled_from(UNRELATED), max_size=1))
        lines.append(ast.unparse(node))
    text = "\n".join([*lines, *data.draw(st.lists(st.sampled_from(UNRELATED), max_size=2)), ""])
    assert parts(scanned, {**case.before, "app.m": text}) == parts(scanned, case.before)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_where_unrelated_definitions_stand_does_not(
    scanned: Scanned, reaches: Sequence[ReachCase], data: st.DataObject
) -> None:
    case = data.draw(st.sampled_from(reaches))
    added = [f"def unrelated{number}(x):\n    return [x, {number}]" for number in range(3)]
    one, other = data.draw(st.permutations(added)), data.draw(st.permutations(added))
    text = case.before["app.m"]
    first = "\n".join([*one, text])
    second = "\n".join([*other[:1], text, *other[1:], ""])
    assert parts(scanned, {**case.before, "app.m": first}) == parts(scanned, {**case.before, "app.m": second})
