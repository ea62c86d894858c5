"""The `hypothesis` fences as the scan reads them."""

import textwrap
from collections.abc import Callable

import pytest

from hatch_vibesafe.spec.model import Spec

SpecOf = Callable[..., Spec]
ProblemsOf = Callable[[str], list[tuple[str, str]]]

STUB = '''
from decimal import Decimal


def helper(n: int) -> int:
    return n


@vibesafe
def f(n: int) -> int:
    """Do it.

{fence}

    >>> f(1)
    1
    """
    raise VibeCoded()
'''
GOOD = """
    ```hypothesis
    n = st.integers(0, max_value=9).map(helper)
    price = st.decimals(min_value=Decimal("0.1")) | st.none()
    assume(price)
    found = f(n)
    for digit in str(found):
        assert digit in "0123456789"
    ```
"""


def with_fence(fence: str) -> str:
    return STUB.replace("{fence}", fence.strip("\n"))


def with_lines(*lines: str) -> str:
    return with_fence("\n".join(f"    {line}" for line in ("```hypothesis", *lines, "```")))


def test_a_fence_is_read(spec_of: SpecOf) -> None:
    (stated,) = spec_of(with_fence(GOOD)).properties
    assert [name for name, _ in stated.given] == ["n", "price"]
    number, price = (strategy for _, strategy in stated.given)
    assert (number.kind, number.options) == ("map", (("function", "helper"),))
    assert number.parts[0].options == (("min_value", "0"), ("max_value", "9"))
    assert [part.kind for part in price.parts] == ["decimals", "none"]
    assert stated.body.startswith("assume(price)\nfound = f(n)\nfor digit in str(found):")
    assert with_fence(GOOD).split("\n")[stated.line - 2].strip() == "```hypothesis"


def test_no_fence_is_no_property(spec_of: SpecOf) -> None:
    assert spec_of(with_fence("    ```python\n    n = st.integers()\n    ```")).properties == ()


def test_a_helper_in_a_fence_is_part_of_the_hash(spec_of: SpecOf) -> None:
    before = spec_of(with_fence(GOOD))
    after = spec_of(with_fence(GOOD).replace("    return n\n", "    return n + 1\n"))
    assert before.spec_hash != after.spec_hash
    other = spec_of(with_fence(GOOD.replace("0123456789", "012345678")))
    assert other.spec_hash != before.spec_hash


@pytest.mark.parametrize(
    ("lines", "what"),
    [
        (["assert f(1) == 1"], "draws nothing"),
        (["n = st.integers()"], "has no assert"),
        (["n = st.integers()", "assert n == n"], "never calls f"),
        (["n = st.integers()", "assert f(n) == ("], "is not Python"),
        (["n = st.integers()", "assert f(n) == nn"], "names nn"),
        (["n = st.integers().map(other)", "assert f(n)"], "names other"),
        (["n = st.integers(5, 1)", "assert f(n)"], "draws nothing between"),
        (["n = st.lists()", "assert f(n)"], "needs elements"),
        (["n = st.lists(st.integers(), 3)", "assert f(n)"], "takes 1 arguments by place"),
        (["n = st.integers(size=3)", "assert f(n)"], "no argument size left"),
        (["n = st.composite()", "assert f(n)"], "st.composite is not known"),
        (["n = st.integers(len(''))", "assert f(n)"], "no value that is known"),
        (["n = st.sampled_from(helper)", "assert f(n)"], "written out"),
        (["n = st.integers()", "import os", "assert f(n)"], "no property may (Import)"),
        (["n = st.integers()", "while f(n):", "    assert n"], "no property may (While)"),
        (["n = st.integers()", "f = 1", "assert f(n)"], "assigns to f"),
        (["f = st.integers()", "assert f(1)"], "a name that is taken"),
        (["n = st.integers()", "assert await f(n)"], "not to be awaited"),
        (["n = st.integers()", "assert f(n)", ">>> f(2)", "2"], "holds an example"),
    ],
)
def test_a_broken_fence_is_a_problem(lines: list[str], what: str, problems_of: ProblemsOf) -> None:
    ((where, found),) = problems_of(with_lines(*lines))
    assert where.startswith("app/m.py:14  ")
    assert what in found


def test_a_fence_that_nothing_closes_is_a_problem(problems_of: ProblemsOf) -> None:
    ((_, found),) = problems_of(with_fence("    ```hypothesis\n    n = st.integers()\n    assert f(n)\n"))
    assert "nothing closes it" in found or "holds an example" in found


def test_a_fence_right_below_an_example_is_a_problem(problems_of: ProblemsOf) -> None:
    text = with_fence("    >>> f(2)\n    2\n    ```hypothesis\n    n = st.integers()\n    assert f(n)\n    ```")
    assert any("put" not in what and "in what an example expects" in what for _, what in problems_of(text))


def in_a_class(*lines: str) -> str:
    text = with_lines(*lines).replace("def f(n", "def f(self, n")
    start = text.index("@vibesafe")
    inside = textwrap.indent(text[start:].replace("f(1)", "Box().f(1)"), "    ")
    return f"{text[:start]}class Box:\n{inside}"


def test_a_fence_of_a_method_calls_it_on_an_object(problems_of: ProblemsOf) -> None:
    assert problems_of(in_a_class("n = st.integers()", "assert Box().f(n) == n")) == []
    ((_, found),) = problems_of(in_a_class("n = st.integers()", "assert Box() and f(n)"))
    assert "never calls f" in found or "names f" in found
