import ast
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hatch_vibesafe.gates.mutants import mutants

DATA = Path(__file__).parents[1] / "data" / "humaneval" / "dev.jsonl"
SOLUTIONS = [json.loads(line)["solution"] for line in DATA.read_text(encoding="utf-8").splitlines()]


def bodies(statement: str) -> dict[str, set[str]]:
    """The mutants of one statement, by kind, without the function around it."""
    found: dict[str, set[str]] = {}
    for mutant in mutants(f"def f(a: int, b: int) -> int:\n    {statement}\n"):
        found.setdefault(mutant.kind, set()).add(mutant.source.partition("\n")[2].strip())
    return found


@pytest.mark.parametrize(
    ("statement", "kind", "expected"),
    [
        ("return a < b", "comparison", {"return a <= b", "return a >= b"}),
        ("return a == b", "comparison", {"return a != b"}),
        ("return a + b", "arithmetic", {"return a - b"}),
        ("return a // b", "arithmetic", {"return a * b"}),
        ("return -a", "arithmetic", {"return +a"}),
        ("return a and b", "boolean", {"return a or b"}),
        ("return 1 if not a else a", "boolean", {"return 1 if a else a"}),
        ("return [x for x in b if x]", "boolean", {"return [x for x in b if not x]"}),
        ("return True", "constant", {"return False"}),
        ("return 3", "constant", {"return 4", "return 2"}),
        ("return ''", "constant", {"return 'mutant'"}),
        ("return 'ab'", "constant", {"return ''", "return 'abb'"}),
        ("a += b", "statement", {"pass"}),
        ("return a", "statement", {"pass"}),
    ],
)
def test_each_operator_changes_what_it_names(statement: str, kind: str, expected: set[str]) -> None:
    assert bodies(statement)[kind] == expected


def test_nothing_to_change_gives_no_mutant() -> None:
    assert mutants('import os\n\n\ndef f(a: "int") -> None:\n    """Do 3 things."""\n') == ()


def test_annotations_imports_and_docstrings_stay() -> None:
    source = 'from typing import Literal\n\n\ndef f(a: Literal[3]) -> Literal[4]:\n    """Say 5."""\n    return 4\n'
    for mutant in mutants(source):
        head = mutant.source.partition("return")[0]
        assert head.startswith("from typing import Literal\n\ndef f(a: Literal[3]) -> Literal[4]:\n")
        assert "Say 5." in head


def test_a_line_is_the_one_of_the_original() -> None:
    assert {mutant.line for mutant in mutants("def f(a: int) -> bool:\n\n\n    return a > 0\n")} == {4}


@settings(max_examples=len(SOLUTIONS), deadline=None)
@given(st.sampled_from(SOLUTIONS))
def test_mutants_of_real_code_are_python_differ_and_are_told_apart(source: str) -> None:
    found = mutants(source)
    assert found
    texts = [mutant.source for mutant in found]
    assert len(set(texts)) == len(texts)
    original = ast.unparse(ast.parse(source))
    for text in texts:
        assert ast.unparse(ast.parse(text)) != original
    assert mutants(source) == found
