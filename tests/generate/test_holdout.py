"""What the model is not shown, and that nothing of it reaches a prompt in any other way."""

import json
from pathlib import Path

import pytest

from hatch_vibesafe.config_file import read_config
from hatch_vibesafe.gates.verdict import Finding
from hatch_vibesafe.generate.holdout import held_back, shown_code, shown_findings, shown_spec, usual_holdout
from hatch_vibesafe.generate.prompt import build_prompt
from hatch_vibesafe.problems import VibesafeConfigurationError
from hatch_vibesafe.project import scan_project
from hatch_vibesafe.spec.model import SourceFile, Spec, UnitSettings
from hatch_vibesafe.spec.scan import scan
from tests.generate.test_compile import Make, Reply, Server, make_project, run, serve

__all__ = ["make_project"]  # a fixture

HEAD = "from vibesafe_runtime import VibeCoded, vibesafe\n\n\n@vibesafe\ndef f(x: int) -> int:\n"
MANY = '''    """Return x times ten and one.

    >>> f(1)
    11

    >>> f(20)
    201
    >>> f(307)
    3071

    Larger ones too:

    >>> f(1234)
    12341
    >>> f(-1)
    Traceback (most recent call last):
        ...
    ValueError: negative
    >>> f(77777)
    777771
    """
    raise VibeCoded()
'''
BEGINNING = 'def f(x: int) -> int:\n    if x < 0:\n        raise ValueError("negative")\n'


def spec_of(body: str) -> Spec:
    template = (Path(__file__).parents[2] / "prompts" / "function.j2").read_text(encoding="utf-8")
    source = SourceFile("app.m", "app/m.py", (HEAD + body).encode(), is_package=False)
    (spec,) = scan([source], lambda _: UnitSettings("function.j2", template)).specs
    return spec


@pytest.fixture(scope="module")
def many() -> Spec:
    return spec_of(MANY)


def test_one_in_three_is_held_back_always_the_same_ones_and_never_an_exception(many: Spec) -> None:
    held = held_back(many, 3)
    assert len(held) == 2
    assert held == held_back(many, 3)
    assert 5 not in held
    assert len(held_back(many, 2)) == 3
    assert held_back(many, 0) == ()


def test_other_specs_hold_other_examples_back() -> None:
    texts = [MANY.replace("times ten", f"times ten {number} ") for number in range(12)]
    assert len({held_back(spec_of(text), 3) for text in texts}) > 1


def test_the_prompt_shows_the_others_whole_and_nothing_of_those_held_back(many: Spec) -> None:
    held = held_back(many, 3)
    for continues in (False, True):
        prompt = build_prompt(shown_spec(many, held), None, continues=continues, sample=0)
        asked = "".join(message.content for message in prompt.request.messages)
        for number, example in enumerate(many.examples, start=1):
            assert (f">>> {example.source.strip()}\n" in asked) == (number not in held)
        assert "Larger ones too" in asked
        assert "ValueError: negative" in asked
    shown = shown_spec(many, held)
    assert len(shown.examples) == len(many.examples) - len(held)
    assert shown.spec_hash == many.spec_hash
    assert "\n\n\n" not in shown.docstring
    assert shown_spec(many, ()) is many


@pytest.mark.parametrize(
    "examples",
    [
        ">>> f(1)\n    11\n    >>> f(2)\n    21",
        ">>> x = f(1)\n    >>> x\n    11\n    >>> f(x)\n    111",
        ">>> x = 1\n    >>> f(x)\n    11\n    >>> f(x) + f(x)\n    22",
        ">>> f(1)\n    11\n    >>> f(1)\n    11\n    >>> f(1)\n    11",
    ],
)
def test_two_examples_and_those_that_others_need_are_all_shown(examples: str) -> None:
    assert held_back(spec_of(f'    """F.\n\n    {examples}\n    """\n    raise VibeCoded()\n'), 3) == ()


def test_a_model_reads_of_a_held_back_example_only_that_it_fails() -> None:
    place = "(app/m.py:9)\n    f(1234)\nexpected\n    12341\ngot\n    5"
    findings = (
        Finding("doctests", 3, f"example 1 {place}"),
        Finding("doctests", 3, f"example 4 {place}"),
        Finding("doctests", 0, f"example 6 {place}"),
        Finding("contracts", 3, f"example 4 {place}"),
    )
    first, untold, other = shown_findings(findings, (4, 6))
    assert (first, other) == (findings[0], findings[3])
    assert "12341" not in untold.message
    assert "not shown" in untold.message
    assert shown_findings(findings, ()) == findings


def test_refused_code_goes_back_with_the_docstring_that_was_shown(many: Spec) -> None:
    held = held_back(many, 3)
    hidden = [many.examples[number - 1] for number in held]
    code = f'def f(x: int) -> int:\n    """{many.docstring}"""\n    return 5\n'
    assert all(example.want.strip() in code for example in hidden)
    read = shown_code(shown_spec(many, held), code)
    assert "return 5" in read
    assert not any(f">>> {example.source.strip()}\n" in read for example in hidden)


def test_an_answer_that_fits_only_what_it_was_shown_is_refused_and_nothing_leaks(
    make_project: Make, model_server: Server, reply: Reply
) -> None:
    project = make_project(modules={"m": HEAD + MANY}, provider="attempts = 4")
    (spec,) = scan_project(project).specs
    hidden = [spec.examples[number - 1] for number in held_back(spec, 3)]
    inputs = [int(example.source.strip()[2:-1]) for example in hidden]
    assert not {x % 13 for x in inputs} & {x % 13 for x in {1, 20, 307, 1234, 77777} - {*inputs}}
    off = " + ".join(f"(x % 13 == {x % 13})" for x in inputs)
    answers = iter(range(100))
    serve(
        model_server,
        reply,
        lambda _: f"```python\n{BEGINNING}    y = x * 10 + 1 - {next(answers)} * 0\n    return y - int({off})\n```",
    )
    result = run(project)["f"]
    assert (result.outcome, result.calls) == ("failed", 4)
    sent = json.dumps([asked.body for asked in model_server.asked])
    assert "is not shown" in sent
    for example in hidden:
        assert example.want.strip() not in sent
        assert example.source.strip() not in sent
        assert example.want.strip() in result.problems[0].what, "people are told in the end"
    written = b"".join(path.read_bytes() for path in (project.cache_path / "refused").glob("*.json"))
    assert not any(example.want.strip().encode() in written for example in hidden), "nor is it sent by a later run"


def test_the_control_an_answer_that_does_what_is_described_passes(
    make_project: Make, model_server: Server, reply: Reply
) -> None:
    project = make_project(modules={"m": HEAD + MANY})
    serve(model_server, reply, lambda _: f"```python\n{BEGINNING}    return x * 10 + 1\n```")
    assert run(project)["f"].outcome == "passed"


def test_a_small_model_is_shown_all_where_the_project_does_not_say(tmp_path: Path) -> None:
    assert read_config(tmp_path).generate.holdout is None
    assert (usual_holdout(continues=True), usual_holdout(continues=False)) == (0, 3)


@pytest.mark.parametrize(("written", "holds"), [("0", 0), ("2", 2), ("100", 100)])
def test_how_many_are_held_back_is_configured(tmp_path: Path, written: str, holds: int) -> None:
    (tmp_path / "vibesafe.toml").write_text(f"[generate]\nholdout = {written}\n")
    assert read_config(tmp_path).generate.holdout == holds


@pytest.mark.parametrize("written", ["1", "-1", "101", '"3"', "true"])
def test_what_is_no_such_number_is_refused(tmp_path: Path, written: str) -> None:
    (tmp_path / "vibesafe.toml").write_text(f"[generate]\nholdout = {written}\n")
    with pytest.raises(VibesafeConfigurationError) as refused:
        read_config(tmp_path)
    assert "generate.holdout" in refused.value.problems[0].where or "holdout" in str(refused.value)
