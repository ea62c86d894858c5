"""What `check` found, in the formats that other programs read."""

import json
import re
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hatch_vibesafe.cli.formats import REPORTS, Report, written
from hatch_vibesafe.cli.formats.findings import RULES, Finding, Place, place_of
from hatch_vibesafe.problems import Problem
from tests.cli.conftest import Command

SCHEMA = json.loads((Path(__file__).parents[1] / "data" / "sarif" / "sarif-schema-2.1.0.json").read_text("utf-8"))
# What some format reserves, forbids or escapes, beside plain text.
TEXTS = st.text(st.sampled_from("ab1/.:,%#?&<>]\"' \n\r\t\0\x0b\x85\u2028\ufffe\u00e9\U0001f600"), max_size=40)
PROBLEMS = st.builds(
    Problem,
    where=st.one_of(TEXTS, st.builds("{}:{}  app/unit".format, TEXTS, st.integers(0, 99))),
    what=TEXTS,
    remedy=TEXTS,
)
REPORTS_FOUND = st.builds(
    Report,
    units=st.just((Place("app/math.py", 7, "app.math/add"),)),
    findings=st.lists(
        st.builds(
            Finding, rule=st.sampled_from(list(RULES)), problem=PROBLEMS, level=st.sampled_from(["error", "warning"])
        ),
        max_size=3,
    ).map(tuple),
    root=st.sampled_from(["", "packages/app"]),
)


def validate(document: object) -> None:
    jsonschema.Draft4Validator(SCHEMA).validate(document)


def drift(saved: Path) -> None:
    source = saved / "app" / "math.py"
    source.write_text(source.read_text("utf-8").replace("Double.", "Twice."), encoding="utf-8")


@pytest.mark.parametrize(
    ("where", "place"),
    [
        ("app/math.py:7  app.math/add", Place("app/math.py", 7, "app.math/add")),
        ("my app/math.py:7", Place("my app/math.py", 7)),
        ("pyproject.toml tool.vibesafe.gates", Place("pyproject.toml")),
        ("vibesafe.toml", Place("vibesafe.toml")),
        ("app.math/add", Place()),
        ("the locale", Place()),
        ("--target app.nope", Place()),
        ("app.nope", Place()),
    ],
)
def test_a_place_is_read_from_where(where: str, place: Place) -> None:
    assert place_of(where) == place


def test_sarif_names_the_line_and_the_unit(saved: Path, command: Command) -> None:
    drift(saved)
    outcome = command("check", "--no-gates", "--format", "sarif")
    assert outcome.code == 1
    validate(outcome.document)
    [run] = json.loads(outcome.out)["runs"]
    [result] = run["results"]
    assert result["ruleId"] == "drift"
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "drift"
    [location] = result["locations"]
    assert location["physicalLocation"]["artifactLocation"]["uri"] == "app/math.py"
    line = location["physicalLocation"]["region"]["startLine"]
    assert "def double" in (saved / "app" / "math.py").read_text("utf-8").splitlines()[line - 1]
    assert location["logicalLocations"][0]["fullyQualifiedName"] == "app.math/double"


def test_paths_are_those_of_the_repository(saved: Path, command: Command) -> None:
    drift(saved)
    (saved.parent / ".git").mkdir()
    sarif = json.loads(command("check", "--no-gates", "--format", "sarif").out)
    uri = sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "app%20project/app/math.py"
    assert "file=app project/app/math.py," in command("check", "--no-gates", "--format", "github").out


def test_junit_has_a_case_for_each_unit(saved: Path, command: Command) -> None:
    drift(saved)
    outcome = command("check", "--no-gates", "--format", "junit")
    assert outcome.code == 1
    suites = ET.fromstring(outcome.out)  # noqa: S314 - written by us
    [suite] = suites
    assert (suites.tag, suite.tag, suite.get("tests"), suite.get("failures")) == ("testsuites", "testsuite", "2", "1")
    cases = {case.get("name"): case for case in suite}
    assert cases["add"].get("classname") == "app.math"
    assert cases["add"].get("file") == "app/math.py"
    assert not list(cases["add"])
    [failure] = cases["double"]
    assert (failure.tag, failure.get("type")) == ("failure", "drift")
    assert "app/math.py" in str(failure.text)


def test_github_gets_one_command_for_each_problem(saved: Path, command: Command) -> None:
    drift(saved)
    outcome = command("check", "--no-gates", "--format", "github")
    assert outcome.code == 1
    assert re.fullmatch(
        r"::error file=app/math\.py,line=\d+,title=vibesafe drift::app\.math/double: .+%0Amend: .+\n", outcome.out
    )


@pytest.mark.usefixtures("saved")
def test_where_nothing_is_wrong_nothing_is_found(command: Command) -> None:
    outcomes = {form: command("check", "--format", form) for form in REPORTS}
    assert {outcome.code for outcome in outcomes.values()} == {0}
    validate(outcomes["sarif"].document)
    assert json.loads(outcomes["sarif"].out)["runs"][0]["results"] == []
    assert ET.fromstring(outcomes["junit"].out).get("failures") == "0"  # noqa: S314 - written by us
    assert outcomes["github"].out == ""


def test_json_is_one_format_under_two_names(saved: Path, command: Command) -> None:
    drift(saved)
    named, flagged = command("check", "--no-gates", "--format", "json"), command("check", "--no-gates", "--json")
    assert (named.code, named.out) == (flagged.code, flagged.out)
    assert command("check", "--json", "--format", "sarif").code == 2


@pytest.mark.parametrize("form", ["json", "--json", *REPORTS])
def test_what_keeps_a_check_from_beginning_is_in_the_format_too(project: Path, command: Command, form: str) -> None:
    (project / "vibesafe.toml").write_text("[gates]\nreqired = []\n", encoding="utf-8")
    outcome = command("check", *([form] if form.startswith("-") else ["--format", form]))
    assert outcome.code == 2
    assert "reqired" in outcome.error
    assert "reqired" in outcome.out
    match form:
        case "sarif":
            validate(outcome.document)
        case "junit":
            assert ET.fromstring(outcome.out).get("failures") == "1"  # noqa: S314 - written by us
        case "github":
            assert outcome.out.startswith("::error file=vibesafe.toml,title=vibesafe configuration::")
        case _:
            assert list(outcome.document) == ["problems"]


# The first draw looks through all our modules for constants.
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=50)
@given(REPORTS_FOUND)
def test_whatever_a_problem_says_each_format_can_be_read(report: Report) -> None:
    document = json.loads(written(report, "sarif"))
    validate(document)
    for result in document["runs"][0]["results"]:
        for location in result.get("locations", []):
            uri = location["physicalLocation"]["artifactLocation"]["uri"]
            assert re.fullmatch(r"[\w.~/%-]*", uri, re.ASCII)
            assert unquote(uri)
    suites = ET.fromstring(written(report, "junit"))  # noqa: S314 - written by us
    assert int(suites.get("failures", "")) == len(suites.findall("testsuite/testcase/failure"))
    assert int(suites.get("tests", "")) == len(suites.findall("testsuite/testcase"))
    commands = written(report, "github").split("\n") if report.findings else []
    assert len(commands) == len(report.findings)
    for line, finding in zip(commands, report.findings, strict=True):
        named = re.fullmatch(r"::(error|warning) [^:\r]*::([^\r]*)", line, re.DOTALL)
        assert named is not None
        plain = named[2].replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")
        assert plain == finding.message
