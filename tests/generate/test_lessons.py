"""What repeated refusals teach, and that nothing else does."""

import json
from pathlib import Path

import pytest

from hatch_vibesafe.gates.verdict import Finding
from hatch_vibesafe.generate.candidates import KeptCandidate
from hatch_vibesafe.generate.lessons import proposals
from hatch_vibesafe.generate.lessons_file import write_lessons
from hatch_vibesafe.identity import SpecHash, UnitId
from hatch_vibesafe.lessons_config import LESSONS_FILE, read_lessons
from hatch_vibesafe.problems import VibesafeConfigurationError
from hatch_vibesafe.project import scan_project
from hatch_vibesafe.spec.lessons import Lesson, lessons_for
from tests.generate.test_compile import Make, Reply, Server, make_project, right, run, save, serve

__all__ = ["make_project"]  # a fixture

ADD, SPLIT = UnitId("app.math", "add"), UnitId("app.text.words", "split")
WRONG_TYPE = Finding("types", 3, 'Incompatible return value type (got "list[int]", expected "tuple[int, ...]")')
EXAMPLE = Finding("doctests", 3, "example 1 (a.py:3)\n    f(1)\nexpected\n    (1, 2)\ngot\n    [1, 2]")


def refused(code: str, *findings: Finding, unit: UnitId = ADD) -> KeptCandidate:
    return KeptCandidate(unit, SpecHash("a" * 64), code.encode(), findings)


def test_the_same_refusal_of_three_candidates_is_a_rule_for_their_unit() -> None:
    found = proposals([refused(f"x = {n}", WRONG_TYPE, WRONG_TYPE) for n in range(3)], ())
    assert [(each.lesson, each.times) for each in found] == [
        (Lesson("Return tuple[int, ...] where the signature says so, not list[int].", ("app.math/add",)), 3)
    ]
    assert proposals([refused(f"x = {n}", WRONG_TYPE) for n in range(2)], ()) == ()


def test_two_units_are_enough_and_both_get_it() -> None:
    (found,) = proposals([refused("1", EXAMPLE), refused("2", EXAMPLE, unit=SPLIT)], ())
    assert found.lesson == Lesson(
        "Return tuple, not list, where the examples show tuple.", ("app.math/add", "app.text.words/split")
    )


def test_what_is_approved_is_not_proposed_and_a_wrong_value_teaches_nothing() -> None:
    candidates = [refused(f"x = {n}", WRONG_TYPE) for n in range(3)]
    (found,) = proposals(candidates, ())
    assert proposals(candidates, [found.lesson]) == ()
    value = Finding("doctests", 3, "example 1 (a.py:3)\n    f(1)\nexpected\n    5\ngot\n    6")
    assert proposals([refused(f"x = {n}", value) for n in range(9)], ()) == ()


def test_an_approved_rule_is_proposed_again_for_units_that_it_is_not_for() -> None:
    approved = [Lesson("Return a value on every path.", ("app.math",))]
    missing = Finding("types", 1, "Missing return statement")
    of_both = [refused(f"x = {n}", missing, unit=unit) for n in range(3) for unit in (ADD, SPLIT)]
    (found,) = proposals(of_both, approved)
    assert (found.lesson.units, found.times) == (("app.text.words/split",), 3)


def test_what_no_person_could_read_is_not_proposed() -> None:
    hidden = Finding("lint", 1, "F821 undefined name `a\u202eb`")
    assert proposals([refused(f"x = {n}", hidden) for n in range(9)], ()) == ()


@pytest.mark.parametrize("target", ["app.math/add", "app.math", "app", "app.*/add", "*"])
def test_a_lesson_is_for_the_units_that_it_names(target: str) -> None:
    lesson = Lesson("Be brief.", (target,))
    assert lessons_for(ADD, [lesson, lesson]) == (lesson,)
    assert lessons_for(ADD, [Lesson("Be brief.", ("app.mat", "other.*"))]) == ()


def test_an_approved_lesson_enters_the_prompt_and_moves_the_hash_of_its_units_alone(
    make_project: Make, model_server: Server, reply: Reply
) -> None:
    project = make_project(units=2)
    serve(model_server, reply, right)
    run(project)
    save(project)
    before = {spec.unit: spec for spec in scan_project(project).specs}
    lesson = Lesson("Use no loops.", ("app.unit1",))
    write_lessons(project, [lesson, lesson])
    assert read_lessons(project.root) == (lesson,)
    after = {spec.unit: spec for spec in scan_project(project).specs}
    moved = {unit.name for unit in after if after[unit].spec_hash != before[unit].spec_hash}
    assert moved == {"f1"}
    assert [name for name, _ in after[UnitId("app.unit1", "f1")].parts if name == "lessons"] == ["lessons"]
    model_server.asked.clear()
    results = run(project)
    assert (results["f1"].outcome, results["f2"].outcome) == ("passed", "up to date")
    assert "Use no loops." in json.dumps([asked.body for asked in model_server.asked])
    write_lessons(project, [])
    assert {spec.unit: spec.spec_hash for spec in scan_project(project).specs} == {
        unit: spec.spec_hash for unit, spec in before.items()
    }


@pytest.mark.parametrize(
    "content",
    [
        "[lessons.a]\ntext = 'one'\n",
        "[lessons.a]\nunits = ['app']\n",
        "[lessons.a]\ntext = 'one'\nunits = ['app']\nmore = 1\n",
        "[lessons.a]\ntext = '''two\nlines'''\nunits = ['app']\n",
        "[lessons.a]\ntext = 'hidden \u202e'\nunits = ['app']\n",
        "[other]\n",
        "lessons = 1\n",
        "no toml [",
    ],
)
def test_a_damaged_file_is_a_problem_with_its_place(tmp_path: Path, content: str) -> None:
    path = tmp_path / LESSONS_FILE
    path.parent.mkdir()
    path.write_text(content, encoding="utf-8")
    with pytest.raises(VibesafeConfigurationError) as refusal:
        read_lessons(tmp_path)
    assert all(LESSONS_FILE in problem.where for problem in refusal.value.problems)


def test_no_file_is_no_lesson(tmp_path: Path) -> None:
    assert read_lessons(tmp_path) == ()
