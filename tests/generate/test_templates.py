"""A project's own template: the variables that it gets, and that it takes the place of ours."""

import re
from pathlib import Path

import pytest

from hatch_vibesafe.gates.verdict import Finding
from hatch_vibesafe.generate.feedback import Feedback
from hatch_vibesafe.generate.prompt import build_prompt
from hatch_vibesafe.problems import VibesafeConfigurationError
from hatch_vibesafe.project import open_project, scan_project
from hatch_vibesafe.spec.model import Reference
from tests.generate.conftest import MakeSpec

ROOT = Path(__file__).resolve().parents[2]
OURS = ("function.j2", "http_endpoint.j2", "cli_command.j2")
EVERYTHING = """\
{{ name }}|{{ stub }}|{{ begun }}|{{ fence }}|{{ method }}|{{ path }}|{{ tags }}
{% for each in references %}{{ each.module }}.{{ each.name }} {{ each.direct }} {{ each.source }}{% endfor %}
{% if feedback %}{{ feedback.answer }} {% for each in feedback.findings %}{{ each }}{% endfor %}{% endif %}
"""
MODULE = '''\
from vibesafe_runtime import VibeCoded, vibesafe


@vibesafe
def plain(a: int) -> int:
    """Double."""
    raise VibeCoded()


@vibesafe(template="careful.j2")
def careful(a: int) -> int:
    """Double."""
    raise VibeCoded()
'''


def documented() -> set[str]:
    rows = re.findall(r"^\| (`.*?) \|", (ROOT / "docs" / "prompts.md").read_text(encoding="utf-8"), re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`([a-z]+)`", row)}


def test_a_template_gets_every_documented_variable(make_spec: MakeSpec) -> None:
    reference = Reference("app.m", "LIMIT", "LIMIT = 3\n", direct=True)
    spec = make_spec(template=EVERYTHING, references=(reference,))
    feedback = Feedback("def total(): pass", (Finding("types", 1, "is wrong"),))
    text = build_prompt(spec, feedback, continues=False, sample=0).request.messages[0].content
    assert text.startswith("total|from typing import List")
    assert "app.m.LIMIT True LIMIT = 3" in text
    assert "def total(): pass types: line 1: is wrong" in text
    assert documented() == set(
        re.findall(r"\b(?:name|stub|begun|fence|method|path|tags|references|feedback)\b", EVERYTHING)
    )
    for name in documented():
        build_prompt(make_spec(template=f"{{{{ {name} }}}}"), None, continues=False, sample=0)


def test_a_variable_that_is_not_documented_is_a_problem_and_so_is_another_template(make_spec: MakeSpec) -> None:
    for template in ("{{ docstring }}", '{% include "function.j2" %}', '{% extends "function.j2" %}'):
        with pytest.raises(VibesafeConfigurationError) as refused:
            build_prompt(make_spec(template=template), None, continues=False, sample=0)
        assert "cannot be rendered" in refused.value.problems[0].what


@pytest.mark.parametrize("ours", OURS)
def test_each_of_ours_tells_its_variables_at_its_top(ours: str) -> None:
    top = (ROOT / "prompts" / ours).read_text(encoding="utf-8").partition("-#}")[0]
    told = {name for line in re.findall(r"^([a-z, ]+?)  +", top, re.MULTILINE) for name in line.split(", ")}
    assert told <= documented()
    assert documented() - told <= {"method", "path"}


def test_a_projects_template_takes_the_place_of_ours(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "app"\nversion = "1"\n', encoding="utf-8")
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "__init__.py").write_text("", encoding="utf-8")
    (tmp_path / "app" / "m.py").write_text(MODULE, encoding="utf-8")
    (tmp_path / "careful.j2").write_text("Carefully write {{ name }}.", encoding="utf-8")
    configuration = tmp_path / "vibesafe.toml"

    def scanned() -> dict[str, tuple[str, str]]:
        specs = scan_project(open_project(tmp_path)).specs
        prompts = {spec: build_prompt(spec, None, continues=False, sample=0) for spec in specs}
        return {spec.unit.name: (each.request.messages[0].content, spec.spec_hash) for spec, each in prompts.items()}

    configuration.write_text("", encoding="utf-8")
    before = scanned()
    assert before["plain"][0].startswith("Write the Python function `plain`.")
    assert before["careful"][0] == "Carefully write careful.\n"
    (tmp_path / "mine.j2").write_text("Mine: {{ name }}.", encoding="utf-8")
    configuration.write_text('[prompts]\nfunction = "mine.j2"\n', encoding="utf-8")
    after = scanned()
    assert after["plain"][0] == "Mine: plain.\n"
    assert after["plain"][1] != before["plain"][1], "another template is another spec"
    assert after["careful"] == before["careful"], "its own template wins"
    (tmp_path / "function.j2").write_text("Named like one of ours: {{ name }}.", encoding="utf-8")
    configuration.write_text("", encoding="utf-8")
    assert scanned()["plain"][0] == "Named like one of ours: plain.\n"
