"""A project's own template: the variables that it gets, and that it takes the place of ours."""

import os
import re
import sys
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from hatch_vibesafe.gates.verdict import Finding
from hatch_vibesafe.generate import rendering
from hatch_vibesafe.generate.feedback import Feedback
from hatch_vibesafe.generate.prompt import build_prompt
from hatch_vibesafe.problems import Problem, VibesafeConfigurationError
from hatch_vibesafe.project import open_project, scan_project
from hatch_vibesafe.spec.model import Kind, Reference, Spec, UnitOptions
from tests.generate.conftest import MakeSpec

ROOT = Path(__file__).resolve().parents[2]
KINDS = {"function": "function.j2", "http": "http_endpoint.j2", "cli": "cli_command.j2"}
OURS = ("function.j2", "http_endpoint.j2", "cli_command.j2")
EVERYTHING = """\
{{ kind }} {{ name }}|{{ stub }}|{{ begun }}|{{ fence }}|{{ method }}|{{ path }}|{{ tags }}
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
    assert text.startswith("function total|from typing import List")
    assert "app.m.LIMIT True LIMIT = 3" in text
    assert "def total(): pass types: line 1: is wrong" in text
    assert documented() == set(
        re.findall(r"\b(?:kind|name|stub|begun|fence|method|path|tags|references|feedback)\b", EVERYTHING)
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
    assert documented() - told <= {"kind", "method", "path"}


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


PYPROJECT = '[project]\nname = "app"\nversion = "1"\n'
EXTENDING = """\
{% extends "base.j2" %}
{% block rules %}
{{ super() }}
- Raise ValueError for what is out of range.
{% endblock %}
"""


@pytest.fixture
def templated(tmp_path: Path) -> Path:
    """Return the root of a project whose units use `mine.j2`."""
    (tmp_path / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    (tmp_path / "vibesafe.toml").write_text('[prompts]\nfunction = "mine.j2"\n', encoding="utf-8")
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "__init__.py").write_text("", encoding="utf-8")
    (tmp_path / "app" / "m.py").write_text(MODULE.replace('(template="careful.j2")', ""), encoding="utf-8")
    return tmp_path


def the_spec(root: Path) -> Spec:
    return next(spec for spec in scan_project(open_project(root)).specs if spec.unit.name == "plain")


def asked(spec: Spec) -> str:
    return build_prompt(spec, None, continues=False, sample=0).request.messages[0].content


def refused(root: Path) -> Problem:
    invalid = scan_project(open_project(root)).invalid
    if invalid:
        return invalid[0].problems[0]
    with pytest.raises(VibesafeConfigurationError) as caught:
        asked(the_spec(root))
    return caught.value.problems[0]


@pytest.mark.parametrize("kind", KINDS)
def test_the_template_with_blocks_says_word_for_word_what_those_of_the_kinds_say(
    make_spec: MakeSpec, kind: Kind
) -> None:
    reference = Reference("app.m", "LIMIT", "LIMIT = 3\n", direct=True)
    feedback = Feedback("def total(): pass", (Finding("types", 1, "is wrong"),))
    texts = [(ROOT / "prompts" / name).read_text(encoding="utf-8") for name in ("base.j2", KINDS[kind])]
    routes = [
        UnitOptions(kind=kind),
        UnitOptions(kind=kind, method="POST", path="/a"),
        UnitOptions(kind=kind, path="/"),
    ]
    for options in routes:
        for references in ((), (reference,), (replace(reference, direct=False),)):
            for told in (None, feedback):
                for begun, doc in product((False, True), ("Add.", ">>> shell('total 1')", ">>> client.get('/')")):
                    ours = [
                        build_prompt(
                            replace(make_spec(template=text, references=references, docstring=doc), options=options),
                            told,
                            continues=begun,
                            sample=0,
                        )
                        for text in texts
                    ]
                    assert ours[0] == ours[1]


def test_a_projects_template_extends_ours_and_the_hash_holds_the_whole_chain(templated: Path) -> None:
    (templated / "mine.j2").write_text('{% extends "house/rules.j2" %}', encoding="utf-8")
    (templated / "house").mkdir()
    house = templated / "house" / "rules.j2"
    house.write_text(EXTENDING, encoding="utf-8")
    before = the_spec(templated)
    text = asked(before)
    assert "and nothing else.\n\n- Raise ValueError" in text
    assert text.startswith("Write the Python function `plain`.\n")
    assert [name for name, _ in before.settings.template_chain] == ["base.j2", "house/rules.j2"]
    house.write_bytes(EXTENDING.replace("\n", "\r\n").encode())
    assert the_spec(templated).spec_hash == before.spec_hash, "line ends are no change"
    house.write_text(EXTENDING.replace("ValueError", "TypeError"), encoding="utf-8")
    after = the_spec(templated)
    assert after.spec_hash != before.spec_hash
    assert [name for (name, one), (_, two) in zip(before.parts, after.parts, strict=True) if one != two] == ["template"]


def test_includes_and_imports_are_in_the_chain_too(templated: Path) -> None:
    text = '{%- include "a.j2" -%}{% from "b.j2" import word %}{% import \'c.j2\' as c %} {{ word() }} {{ c.word() }}'
    (templated / "mine.j2").write_text(text + '{# {% include "none.j2" %} #}', encoding="utf-8")
    (templated / "a.j2").write_text("A", encoding="utf-8")
    for name in ("b", "c"):
        macro = f"{{% macro word() %}}{name}{{% endmacro %}}"
        (templated / f"{name}.j2").write_text(macro, encoding="utf-8")
    spec = the_spec(templated)
    assert [name for name, _ in spec.settings.template_chain] == ["a.j2", "b.j2", "c.j2"]
    assert asked(spec) == "A b c\n"


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ('A\n{% extends "none.j2" %}', "template 'mine.j2', line 2", "there is no template 'none.j2'"),
        ('{% include "../secret.j2" %}', "template 'mine.j2', line 1", "lies outside the project"),
        ('\n\n{% include "/etc/passwd" %}', "template 'mine.j2', line 3", "lies outside the project"),
        ('{% include "..\\secret.j2" %}', "template 'mine.j2', line 1", "lies outside the project"),
        ('{% extends "mine.j2" %}', "template 'mine.j2', line 1", "and that back to it"),
        ("{% extends name %}", "template 'mine.j2', line 1", "by an expression"),
        ("{% include ['base.j2'] %}", "template 'mine.j2', line 1", "by an expression"),
        ('{% include "base.j2" if begun else "x.j2" %}', "template 'mine.j2', line 1", "'x.j2', which is not named"),
        ("A\n{% block rules %}", "template 'mine.j2', line 2", "cannot be rendered"),
        ("A\n\n{{ docstring }}", "template 'mine.j2', line 3", "'docstring' is undefined"),
        ("A\n{{ 1 / 0 }}", "template 'mine.j2', line 2", "division by zero"),
        ('{% extends "base.j2" %}\n{% block task %}\n{{ x }}\n{% endblock %}', "'mine.j2', line 3", "'x' is undefined"),
        ('{% include "broken.j2" %}', "template 'broken.j2', line 2", "cannot be rendered"),
        ('A {% include "failing.j2" %}', "template 'failing.j2', line 2", "'x' is undefined"),
        ("{{ ''.__class__.__mro__ }}", "template 'mine.j2', line 1", "unsafe"),
    ],
)
def test_a_broken_template_is_a_problem_with_its_line(templated: Path, text: str, where: str, what: str) -> None:
    (templated / "broken.j2").write_text("A\n{% if %}", encoding="utf-8")
    (templated / "failing.j2").write_text("A\n{{ x }}", encoding="utf-8")
    (templated / "mine.j2").write_text("Write {{ name }}.", encoding="utf-8")
    assert asked(the_spec(templated)) == "Write plain.\n", "the control"
    (templated / "mine.j2").write_text(text, encoding="utf-8")
    problem = refused(templated)
    told = f"{problem.where}: {problem.what}"
    assert where in told
    assert what in told
    assert problem.remedy


def test_two_that_extend_each_other_are_a_problem_and_so_is_a_file_that_hides_ours(templated: Path) -> None:
    (templated / "mine.j2").write_text('{% extends "base.j2" %}', encoding="utf-8")
    (templated / "base.j2").write_text('{% extends "base.j2" %}', encoding="utf-8")
    problem = refused(templated)
    assert problem.what == "template 'base.j2', line 1: refers to 'base.j2', and that back to it"
    assert "hides one of ours" in problem.remedy


@pytest.mark.skipif(os.name == "nt", reason="links need a right there")
def test_a_link_that_leads_out_of_the_project_is_not_followed(
    templated: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    secret = tmp_path_factory.mktemp("elsewhere") / "secret"
    secret.write_text("SECRET", encoding="utf-8")
    (templated / "mine.j2").symlink_to(secret)
    assert "lies outside the project" in refused(templated).what
    (templated / "mine.j2").unlink()
    (templated / "inside.txt").write_text("Inside.", encoding="utf-8")
    (templated / "mine.j2").symlink_to(templated / "inside.txt")
    assert asked(the_spec(templated)) == "Inside.\n", "the control"


ENDLESS = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ('{{ "x" * 9999999999 }}', "too much memory"),
        ('A\n{{ "{:9999999999}".format(1) }}', "too much memory"),
        ('{{ "x".center(9999999999) }}', "too much memory"),
        ("{{ [1] * 9999999999 }}", "too much memory"),
        ("{{ 9 ** (9 ** 9) }}", "0.2 s of processor time"),
        (ENDLESS, "0.2 s of processor time"),
        ("{% for a in range(99999) %}" + "x" * 100 + "{% endfor %}", "4,000,000 characters"),
    ],
)
def test_a_template_without_bounds_is_a_problem(
    make_spec: MakeSpec, monkeypatch: pytest.MonkeyPatch, template: str, said: str
) -> None:
    if said != "too much memory":  # the memory has to be asked for in time
        monkeypatch.setattr("hatch_vibesafe.generate.rendering.SECONDS", 0.2)
    with pytest.raises(VibesafeConfigurationError) as refused:
        build_prompt(make_spec(template=template), None, continues=False, sample=0)
    (problem,) = refused.value.problems
    assert said in problem.what
    assert problem.where.startswith("template 'function.j2'")
    # The control, and that the next one finds a process that works.
    prompt = build_prompt(make_spec(template="{{ 'x' * 3 }} {{ name }}"), None, continues=False, sample=0)
    assert prompt.request.messages[0].content == "xxx total\n"


def test_the_process_that_renders_has_no_key_and_reads_nothing_of_the_project(
    make_spec: MakeSpec, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('planted')\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOME_API_KEY", "canary")
    rendering._BESIDE.close()
    prompt = build_prompt(make_spec(template="{{ name }}!"), None, continues=False, sample=0)
    assert prompt.request.messages[0].content == "total!\n"
    process = rendering._BESIDE._process
    assert process is not None
    if sys.platform == "linux":
        assert b"SOME_API_KEY" not in Path(f"/proc/{process.pid}/environ").read_bytes()


def test_a_template_that_ends_its_process_again_and_again_is_given_up(
    make_spec: MakeSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, started = rendering._started, 0

    def counted() -> object:
        nonlocal started
        started += 1
        return start()

    monkeypatch.setattr(rendering, "_started", counted)
    monkeypatch.setattr(rendering, "SECONDS", 0.05)
    rendering._BESIDE.close()
    template = f"{ENDLESS} again"
    said = []
    for _ in range(5):
        with pytest.raises(VibesafeConfigurationError) as refused:
            build_prompt(make_spec(template=template), None, continues=False, sample=0)
        said.append(refused.value.problems[0].what)
    assert started == 3
    assert ["not tried again" in each for each in said] == [False] * 3 + [True] * 2
