"""The corpus of hostile implementations against the real gates, and honest ones beside them in the same run."""

import dataclasses
import tomllib
from pathlib import Path

import pytest

from hatch_vibesafe.gates import doctests
from hatch_vibesafe.gates.context import GateContext
from hatch_vibesafe.gates.run import run_gates
from hatch_vibesafe.gates.sandbox import Sandbox
from hatch_vibesafe.gates.surroundings import surroundings
from hatch_vibesafe.gates.verdict import Candidate, Verdict
from hatch_vibesafe.project import open_project, scan_project
from hatch_vibesafe.spec.model import Example, Spec
from tests.attacks.gates.read_corpus import CORPUS, Implementation, implementations, write_project

HERE = Path(__file__).parent
EVERY = implementations()
HOSTILE = [each for each in EVERY if each.is_hostile]
HONEST = [each for each in EVERY if not each.is_hostile]
SURVIVORS: dict[str, str] = tomllib.loads((HERE / "survivors.toml").read_text(encoding="utf-8"))["survivors"]


@dataclasses.dataclass(frozen=True)
class Project:
    """The project of the corpus, and each module's only spec."""

    context: GateContext
    specs: dict[str, Spec]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    root = tmp_path_factory.mktemp("project")
    write_project(root)
    opened = open_project(root)
    scan = scan_project(opened)
    assert scan.all_problems == ()
    return Project(GateContext(opened, scan, {}), {spec.unit.module: spec for spec in scan.specs})


@pytest.fixture(scope="module")
def verdicts(project: Project) -> dict[str, Verdict]:
    candidates = [Candidate(project.specs[each.module], each.source.encode()) for each in EVERY]
    found = run_gates(candidates, project.context)
    return dict(zip((each.name for each in EVERY), found, strict=True))


def test_the_corpus_is_as_large_and_as_varied_as_it_says(project: Project) -> None:
    assert len(HOSTILE) >= 100
    assert len(HONEST) >= 40
    assert {each.module for each in HOSTILE} == {each.module for each in HONEST} == set(project.specs)
    assert len(project.specs) == 12
    assert all(each.says and (each.wrong_on or each.why_nothing) for each in HOSTILE)
    assert len({each.source for each in EVERY}) == len(EVERY)
    assert {file.parent.name for file in CORPUS.glob("*/*.py")} - {"project"} == {
        module.removeprefix("app.") for module in project.specs
    }


def test_every_honest_one_passes_every_gate(verdicts: dict[str, Verdict]) -> None:
    refused = {each.name: verdicts[each.name].findings for each in HONEST if not verdicts[each.name].passed}
    assert refused == {}


def test_those_written_later_are_as_many_and_as_varied_as_it_says() -> None:
    later = [each for each in HOSTILE if each.is_later]
    assert len(later) >= 24
    assert len({each.module for each in later}) >= 9


def test_every_hostile_one_is_refused_or_stands_in_the_table_of_survivors(verdicts: dict[str, Verdict]) -> None:
    accepted = {each.name for each in HOSTILE if verdicts[each.name].passed}
    assert accepted - set(SURVIVORS) == set(), (
        "they pass the gates and stand in no table: see whether a gate got weaker"
    )
    assert set(SURVIVORS) - accepted == set(), "they are refused now: take them out of survivors.toml"


def test_a_survivor_says_why_nothing_tells_it(verdicts: dict[str, Verdict]) -> None:
    assert set(SURVIVORS) <= set(verdicts)
    assert all(len(why) > 20 for why in SURVIVORS.values())


def asked(spec: Spec, expression: str) -> Spec:
    """A spec whose one question is an expression; what its examples prepare stays."""
    prepared = [example for example in spec.examples if not example.want and example.exception is None]
    question = Example(f"{expression}\n", "an answer that nothing gives\n", spec.line)
    return dataclasses.replace(spec, examples=(*prepared, question))


def test_a_hostile_one_differs_from_the_honest_ones_where_it_says(project: Project) -> None:
    pairs: list[tuple[Implementation, Implementation]] = [
        (each, honest)
        for each in HOSTILE
        if each.wrong_on
        for honest in [each, *(honest for honest in HONEST if honest.module == each.module)]
    ]
    candidates = [
        Candidate(asked(project.specs[each.module], each.wrong_on), answering.source.encode())
        for each, answering in pairs
    ]
    around = surroundings(project.context, project.specs.values())
    opinions = doctests.check(candidates, project.context, around, Sandbox(project.context.project.config.sandbox))
    answers: dict[str, dict[str, str]] = {}
    for (each, answering), opinion in zip(pairs, opinions, strict=True):
        assert isinstance(opinion, tuple)
        answers.setdefault(each.name, {})[answering.name] = "\n".join(finding.message for finding in opinion)
    unlike, same = {}, {}
    for name, given in answers.items():
        hostile = given.pop(name)
        if len(set(given.values())) != 1:
            unlike[name] = given
        elif hostile in given.values():
            same[name] = hostile
    assert unlike == {}, "honest implementations answer differently"
    assert list(same) == [], "hostile ones answer like the honest ones"
