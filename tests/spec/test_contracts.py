"""Which lines of a docstring are clauses, what is refused, and what stays documentation."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hatch_vibesafe.spec.contract_subset import Scope
from hatch_vibesafe.spec.contracts import Contract, read_contract
from hatch_vibesafe.spec.model import Scan, Spec

SCOPE = Scope(frozenset({"n", "items", "total", "flag"}), "f", {"CENT", "helper", "errors", "math", "f"}.__contains__)

STUB = '''
@vibesafe
def f(n: int, items: list[int]) -> int:
    """Do it.

{sections}

    >>> f(1, [])
    1
    """
    raise VibeCoded()
'''


def stub(sections: str, before: str = "") -> str:
    return before + STUB.format(sections="\n".join("    " + line for line in sections.split("\n")))


def read(sections: str) -> Contract:
    return read_contract("Do it.\n\n" + sections, SCOPE)


def whole(kind: str, text: str) -> Contract:
    return read(f"{kind}:\n    {text}")


def test_sections_become_clauses_with_their_lines() -> None:
    found = read(
        "Requires:\n    total>=0\n\nEnsures:\n    sum(result)==total\n    max(result) - min(result)\n        <= CENT\n"
        "Raises:\n    ValueError: n<1\n"
    )
    assert [(clause.kind, clause.expression, clause.exception, clause.line) for clause in found.clauses] == [
        ("requires", "total >= 0", "", 4),
        ("ensures", "sum(result) == total", "", 7),
        ("ensures", "max(result) - min(result) <= CENT", "", 8),
        ("raises", "n < 1", "ValueError", 11),
    ]
    assert (found.complaints, found.doubts) == ((), ())
    assert found.clauses[3].text == "Raises ValueError: n < 1"


@pytest.mark.parametrize(
    "text",
    [
        "ValueError: if n is negative.",
        "ValueError: n is negative",
        "ValueError: not found",
        "ValueError: n not in range",
        "ValueError: non-empty",
        "ValueError: n",
        "ValueError: timeout (seconds)",
        "ValueError: open(2)",
        "KeyError: n, items",
        "ValueError: if n < 1.",
        "whenever something is wrong",
        "OSError: read or write",
        "ValueError: `n < 1`",
        "ValueError: n is not list",
        "ValueError: n; items == 1",
    ],
)
def test_prose_in_raises_is_documentation(text: str) -> None:
    found = whole("Raises", text)
    assert (found.clauses, found.complaints, found.doubts) == ((), (), ())


@pytest.mark.parametrize(
    "text",
    ["ValueError: n < 1", "ValueError: not items", "errors.Missing: n in items", "ValueError: n is None or flag"],
)
def test_a_condition_in_raises_is_a_clause(text: str) -> None:
    found = whole("Raises", text)
    assert len(found.clauses) == 1
    assert found.complaints == ()


@pytest.mark.parametrize(
    ("kind", "text", "what"),
    [
        ("Requires", "m > 0", "names m, which is neither"),
        ("Requires", "is_even(n)", "names is_even, which is neither"),
        ("Raises", "Unheard: n < 1", "the exception Unheard is unknown"),
        ("Raises", "len: n < 1", "the exception len is unknown"),
        ("Requires", "open(n) == 1", "uses the builtin open"),
        ("Requires", "n.__class__ == 1", "takes the attribute __class__"),
        ("Requires", "'{0}'.format(n) == '1'", "takes the attribute format"),
        ("Requires", "sorted(items, key=lambda i: -i) == items", "holds a lambda"),
        ("Requires", "(m := n) > 0", "holds `:=`"),
        ("Requires", "f'{n}' == '1'", "holds an f-string"),
        ("Requires", "result > 0", "names result, which only Ensures has"),
        ("Raises", "ValueError: old(n) > 0", "uses old(), which only Ensures has"),
        ("Ensures", "old(result) > 0", "has result or old inside old()"),
        ("Ensures", "old(n, items) > 0", "calls old with other than one expression"),
        ("Ensures", "all(old(i) > 0 for i in items)", "has i inside old(), which does not exist before"),
        ("Ensures", "old == n", "names old without calling it"),
        ("Ensures", "implies(n > 0)", "calls implies with other than two conditions"),
        ("Ensures", "f(n) == result", "calls the unit itself"),
        ("Ensures", "items(n) == result", "calls the parameter items"),
        ("Ensures", "helper(n)(n) == 1", "calls what is no name"),
    ],
)
def test_what_breaks_the_subset_is_said(kind: str, text: str, what: str) -> None:
    found = whole(kind, text)
    assert found.clauses == ()
    assert what in found.complaints[0].what
    assert found.complaints[0].line == 4


@pytest.mark.parametrize(
    "text",
    [
        "result == helper(n)",
        "all(i >= 0 for i in result)",
        "implies(n > 0, result > old(n))",
        "result[1:][0] == items[-1]",
        "len(items) == len(old(items)) + 1",
        "isinstance(result, int)",
        "math.isclose(result, n)",
        "{i: n for i in items}.get(1) in (None, *items)",
        "result is n",
        "(result.numerator if flag else n) == 1",
        "sorted(result, reverse=True) == result",
    ],
)
def test_the_subset_is_wide_enough(text: str) -> None:
    found = whole("Ensures", text)
    assert len(found.clauses) == 1, found
    assert found.complaints == ()


@pytest.mark.parametrize(
    "sections",
    [
        "Raises:\n    ValueError: n < 1\n    TypeError: n < 1",
        "Requires:\n    n >= 1\nRaises:\n    ValueError: n < 1",
        "Requires:\n    n in items\n    n not in items",
        "Requires:\n    flag and n > 1\n    not (flag and n > 1)",
    ],
)
def test_contradictions_are_said(sections: str) -> None:
    assert len(read(sections).complaints) == 1


def test_the_same_exception_twice_is_no_contradiction() -> None:
    assert len(read("Raises:\n    ValueError: n < 1\n    ValueError: n > 9").clauses) == 2


def test_a_line_that_looks_like_a_condition_and_is_none_is_doubted() -> None:
    assert len(whole("Requires", "n >= 0 whenever there are items").doubts) == 1
    assert whole("Requires", "a server that runs").doubts == ()


def test_examples_and_other_sections_end_a_section() -> None:
    found = read("Requires:\n    n > 0\n\n    >>> n < 3\n    True\nNote:\n    n < 2\nEnsures:\n    result > 1")
    assert [clause.expression for clause in found.clauses] == ["n > 0", "result > 1"]


def test_a_problem_names_the_line_in_the_file(problems_of: Callable[[str], list[tuple[str, str]]]) -> None:
    ((where, what),) = problems_of(stub("Requires:\n    n > 0\n    m > 0"))
    assert where == "app/m.py:9  app.m/f"
    assert what.startswith("Requires `m > 0` names m")


def test_a_scan_warns_of_a_doubtful_line(scanned: Callable[[dict[str, str]], Scan]) -> None:
    text = "from vibesafe_runtime import VibeCoded, vibesafe\n" + stub("Requires:\n    n > 0 for sure")
    assert any("nothing checks it" in warning.what for warning in scanned({"app": "", "app.m": text}).warnings)


def test_a_spec_holds_its_contract_with_lines_of_the_file(spec_of: Callable[..., Spec]) -> None:
    (clause,) = spec_of(stub("Requires:\n    n > 0")).contract
    assert (clause.expression, clause.line) == ("n > 0", 8)


@pytest.mark.parametrize("section", ["Raises:\n    ValueError: n < LIMIT", "Ensures:\n    result\n        < LIMIT"])
def test_a_helper_of_a_clause_is_a_part_of_the_spec(section: str, spec_of: Callable[..., Spec]) -> None:
    one, other = (spec_of(stub(section, f"LIMIT = {limit}\n")) for limit in (1, 2))
    assert one.spec_hash != other.spec_hash
    assert "app.m.LIMIT" in {f"{item.module}.{item.name}" for item in one.references}


def test_an_exception_of_the_project_is_a_part_of_the_spec(spec_of: Callable[..., Spec]) -> None:
    spec = spec_of(stub("Raises:\n    Empty: n < 1", "class Empty(Exception): ...\n"))
    assert "helper app.m.Empty" in dict(spec.parts)


def test_prose_adds_no_part(spec_of: Callable[..., Spec]) -> None:
    spec = spec_of(stub("Raises:\n    Empty: if n is negative.", "class Empty(Exception): ...\n"))
    assert "helper app.m.Empty" not in dict(spec.parts)
    assert spec.contract == ()


@given(
    st.text(alphabet="nfold result()[]{}<>=:.,;\\'\"+-*@\n `#é", max_size=60), st.sampled_from(["Requires", "Raises"])
)
def test_whatever_stands_there_is_read(text: str, kind: str) -> None:
    lines = text.replace("\n", "\n    ")
    for clause in read(f"{kind}:\n    {lines}").clauses:
        compile(clause.expression, "", "eval")


def test_what_is_nested_too_deeply_is_prose() -> None:
    assert whole("Requires", "(" * 3000 + "n > 0" + ")" * 3000).clauses == ()
    assert whole("Requires", "-" * 30000 + "n > 0").clauses == ()
