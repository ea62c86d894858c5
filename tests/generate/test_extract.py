"""The module is found in an answer, whatever stands around it."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hatch_vibesafe.generate.extract import answer_finding, continued, extract

CODE = "def f(x: int) -> int:\n    return x\n"


@pytest.mark.parametrize(
    "answer",
    [
        f"```python\n{CODE}```",
        f"```py\n{CODE}```\n",
        f"```\n{CODE}```",
        f"~~~python\n{CODE}~~~",
        f"````python\n{CODE}````",
        f"```{{.python}}\nnothing\n```\n```python\n{CODE}```",
        f'```python title="f.py"\n{CODE}```',
        f"Sure! Here you are:\n\n```python\n{CODE}```\n\nIt returns `x`.",
        f"```python\n{CODE}",
        f"```bash\npip install nothing\n```\n\n```python\n{CODE}```",
        f"```python\n{CODE}```\n\nUse it:\n\n```python\nprint(f(3))\n```",
        f"```python\ndef f(x):\n    return None\n```\nNo, better:\n```python\n{CODE}```",
        f"   ```python\n   {CODE.splitlines()[0]}\n       return x\n   ```",
        CODE,
        f"Here is the function:\n\n{CODE}",
        f"Here is the function:\n\n{CODE}\nIt returns its argument.",
        f"<think>\nMaybe\n```python\ndef f(x): return 0\nno.\n</think>\n\n```python\n{CODE}```",
        f"So I return x.\n```python\ndef f(x):\n</think>\n\n{CODE}",
        f"<thinking>```</thinking>\n```python\n{CODE}```",
        f"```python\r\n{CODE}```".replace("\n", "\r\n").replace("\r\r", "\r"),
    ],
)
def test_the_module_is_taken_out_of_the_answer(answer: str) -> None:
    assert ast.dump(ast.parse(extract(answer, "f"))) == ast.dump(ast.parse(CODE))


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "   \n",
        "I cannot do that.",
        "Sure",
        "```bash\nls\n```",
        "```js\nimport x\n```\nimport y\n",
        "```python\n```",
    ],
)
def test_an_answer_without_code_gives_a_finding(answer: str) -> None:
    finding = answer_finding(answer, "stop", "f")
    assert finding is not None
    assert finding.gate == "answer"
    assert answer_finding(CODE, "stop", "f") is None


def test_an_answer_that_was_cut_off_gives_a_finding_unless_its_code_was_complete() -> None:
    finding = answer_finding("```python\ndef f(x: int) -> int:\n    retu", "length", "f")
    assert answer_finding(f"<think>Maybe\n```python\n{CODE}```\nor", "length", "f") == finding
    assert finding is not None
    assert "cut off" in finding.message
    assert answer_finding(f"```python\n{CODE}```\nThis functi", "length", "f") is None


BEGINNING = '```python\ndef f(x: int) -> int:\n    """Say x."""'


@pytest.mark.parametrize(
    "begun",
    ["\nprint(f(1), f(", "\n# Tests\nassert f(1) == [1,", "\ndef g(", "\nif __name__ == '__main__':\n    print("],
)
def test_what_a_cut_off_answer_had_begun_behind_its_function_costs_no_other_answer(begun: str) -> None:
    answer = f"Here it is:\n```python\n{CODE}{begun}"
    assert answer_finding(answer, "length", "f") is None
    assert extract(answer, "f").strip().removesuffix("# Tests").strip() == CODE.strip()


def test_a_function_that_was_cut_off_itself_is_no_answer_whatever_stands_before_it() -> None:
    begun = (
        'def f(x: int) -> int:\n    """Add.\n\nA line at the margin, still of the docstring.\n    """\n    y = x + 1\n'
    )
    for answer in (
        f"```python\nimport math\n\n{CODE[:-8]}",
        f"```python\n{CODE}```\nBetter:\n```python\n{CODE[:-8]}",
        f"```python\n{begun}",
    ):
        finding = answer_finding(answer, "length", "f")
        assert finding is not None
        assert "cut off" in finding.message


@pytest.mark.parametrize(
    "tail",
    [
        "",
        "\n```\n\nThis function says x.",
        "\n\nprint(f(3))\n```",
        "\n\ndef g(x):\n    return f(x)\n",
        "\n\ndef g(x):\n    return f(x\n",
        "\n# Example\nf(3)\nassert f(",
        '\n\nif __name__ == "__main__":\n    f(',
    ],
)
def test_what_runs_on_behind_a_continued_function_is_left_out(tail: str) -> None:
    answer = continued(BEGINNING, f"\n    return x{tail}", "f")
    assert extract(answer, "f") == 'def f(x: int) -> int:\n    """Say x."""\n    return x\n'


def test_a_later_definition_that_the_function_uses_is_kept() -> None:
    answer = continued(
        BEGINNING, "\n    return g(x)\n\ndef g(x):\n    return h\n\nh = 3\n\ndef other():\n    pass\n", "f"
    )
    names = [getattr(node, "name", "h") for node in ast.parse(extract(answer, "f")).body]
    assert names == ["f", "g", "h"]


def test_a_continued_function_without_an_end_stays_broken_for_the_structure_gate() -> None:
    assert "return (x +" in extract(continued(BEGINNING, "\n    return (x +", "f"), "f")


@given(st.text(), st.sampled_from(["stop", "length"]))
def test_no_answer_breaks_the_extraction(answer: str, finish: str) -> None:
    extract(answer, "f")
    answer_finding(answer, finish, "f")
    continued(BEGINNING, answer, "f")


FRAGMENTS = st.lists(
    st.sampled_from(
        ["```", "~~~", "````", "python\n", "\n", "def f(x):", "    return x", " ", "#", '"""', "f(3)", "\t", "(", ")"]
    )
)


@given(FRAGMENTS)
def test_no_mixture_of_fences_and_code_breaks_the_extraction(fragments: list[str]) -> None:
    answer = "".join(fragments)
    extract(answer, "f")
    continued(BEGINNING, answer, "f")
