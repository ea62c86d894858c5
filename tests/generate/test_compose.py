"""What can be put right mechanically is; what cannot is left for the structure gate to see."""

import ast
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hatch_vibesafe.generate.compose import Composed, arrange, compose, compose_all
from hatch_vibesafe.generate.normalise import normalise
from hatch_vibesafe.generate.stub import stub_source
from hatch_vibesafe.generate.tidying import AROUND, FORMATTED
from hatch_vibesafe.spec.model import Reference, Spec

MakeSpec = Callable[..., Spec]
GUARD = "if limit < 0:\n    raise ValueError('no \"x\"')\n"
RIGHT = '''from typing import List


def total(xs: List[int], limit: int = 3) -> int:
    """Add.

    >>> total([1])
    1
    """
    return sum(xs[:limit])
'''


def text(composed: Composed) -> str:
    return composed.implementation.decode()


def body(composed: Composed) -> list[ast.stmt]:
    (function,) = (node for node in ast.parse(composed.implementation).body if isinstance(node, ast.FunctionDef))
    return function.body


@pytest.mark.parametrize("markdown", [True, False])
@pytest.mark.parametrize(
    ("head", "given"),
    [
        ("def total(xs, limit=3):", "def total(xs: List[int], limit: int = 3) -> int:"),
        ("def total(xs, *, limit: int = 3):", "def total(xs: List[int], *, limit=3) -> int:"),
    ],
)
def test_annotations_that_the_spec_does_not_have_are_dropped(
    make_spec: MakeSpec, head: str, given: str, markdown: bool
) -> None:
    source = f"from typing import List\n\n\n{given}\n    return sum(xs[:limit])\n"
    spec = make_spec(head=head, header=())
    composed = compose(spec, f"```python\n{source}```" if markdown else source, markdown=markdown)
    assert text(composed).startswith(head)
    assert "dropped annotations that the spec does not have" in composed.repairs
    for other in (given.replace("3", "4"), given.replace("limit", "most"), given.replace("xs: List[int]", "*xs: int")):
        kept = compose(spec, source.replace(given, other), markdown=False)
        assert "dropped annotations that the spec does not have" not in kept.repairs
        assert other in text(kept)


def test_another_annotation_than_the_specs_is_not_put_right(make_spec: MakeSpec) -> None:
    spec = make_spec(head="def total(xs, limit: int = 3):", header=())
    composed = compose(spec, "def total(xs: list, limit: float = 3):\n    return sum(xs[:limit])\n", markdown=False)
    assert "limit: float" in text(composed)


def test_a_right_implementation_stays_as_it_is(make_spec: MakeSpec) -> None:
    assert compose(make_spec(), RIGHT, markdown=False) == Composed(RIGHT.encode(), ())
    assert compose(make_spec(), f"```python\n{RIGHT}```", markdown=True) == Composed(RIGHT.encode(), ())


@pytest.mark.parametrize(
    "source",
    [
        "def total(xs, limit=3): return sum(xs[:limit])",
        "def total(xs: List[int], limit=3):\n  'wrong'; return sum(xs[:limit])",
        'def total(xs, limit=3):\n    """Add."""\n    return sum(xs[:limit])\n',
        "from vibesafe_runtime import vibesafe\n\n@vibesafe\ndef total(xs, limit=3):\n\treturn sum(xs[:limit])\n",
        "import os\nimport vibesafe as v\n@vibesafe.func(tags=['a'])\ndef total(xs,\n limit=3): return sum(xs[:limit])",
        RIGHT + "\nprint(total([1]))\nassert total([1]) == 1\n\nif __name__ == '__main__':\n    total([2])\n",
        RIGHT.replace("\n", "\r\n"),
        "\ufeff" + RIGHT,
    ],
)
def test_what_a_model_leaves_out_or_adds_is_put_right(make_spec: MakeSpec, source: str) -> None:
    composed = compose(make_spec(), f"```python\n{source}\n```", markdown=True)
    assert text(composed) == RIGHT


def test_each_repair_is_recorded_in_words(make_spec: MakeSpec) -> None:
    function = "@vibesafe\ndef total(xs, limit=3):\n    return slug(xs)\n"
    source = f"from vibesafe_runtime import vibesafe\n\n{function}\ntotal([])\n"
    spec = make_spec(pre_hole=GUARD, references=(Reference("app.t", "slug", "def slug(): ...", direct=True),))
    assert arrange(spec, source, markdown=True).repairs == (
        "dropped `from vibesafe_runtime import vibesafe`",
        "dropped the example on line 7",
        "added `from typing import List`",
        "added `from app.t import slug`",
        "dropped `@vibesafe`",
        "restored the annotations of the signature",
        "put the spec's docstring in place",
        "put the code before the hole back",
    )


@pytest.mark.parametrize(
    ("body", "added"),
    [
        ("return sum(Counter(xs).values())", "from collections import Counter"),
        ("return factorial(limit)", "from math import factorial"),
        ("return int(math.sqrt(limit)) + int(math.pi)", "import math"),
        ("return len(re.sub('a', 'b', str(xs)))", "import re"),
    ],
)
def test_an_import_of_the_standard_library_that_was_forgotten_is_added(
    make_spec: MakeSpec, body: str, added: str
) -> None:
    composed = compose(make_spec(), f"```python\ndef total(xs, limit=3):\n    {body}\n```", markdown=True)
    assert f"added `{added}`" in composed.repairs
    assert added in text(composed).split("\n")


@pytest.mark.parametrize(
    "source",
    [
        "def total(xs, limit=3):\n    return factorial\n\n\ndef factorial(n: int) -> int:\n    return n\n",
        "def total(xs, limit=3):\n    math = limit\n    return math.real\n",
        "from math import floor as sqrt\n\ndef total(xs, limit=3):\n    return sqrt(limit)\n",
        "def total(xs, limit=3):\n    return count + index + string\n",  # forgotten variables rather than imports
        "def total(xs, limit=3):\n    return subprocess.run(xs) + os.getpid()\n",
    ],
)
def test_nothing_else_is_taken_for_a_forgotten_import(make_spec: MakeSpec, source: str) -> None:
    assert [
        word for word in arrange(make_spec(), source, markdown=True).repairs if "math" in word or "import" in word
    ] == ["added `from typing import List`"]


def test_an_import_of_everything_becomes_an_import_of_what_is_used(make_spec: MakeSpec) -> None:
    source = "from collections import *\nfrom os import *\n\ndef total(xs, limit=3):\n    return len(Counter(xs))\n"
    composed = compose(make_spec(), source, markdown=True)
    assert composed.repairs[:1] == ("dropped `from collections import *`",)
    assert "added `from collections import Counter`" in composed.repairs
    assert "from os import *" in text(composed), "what is not known to compute only is the gate's affair"


@pytest.mark.parametrize(
    "head",
    [
        "def total(xs, limit=4)",  # another default
        "def total(xs: list[int], limit: int = 3) -> int",  # another annotation
        "def total(xs, limit)",
        "def total(xs, *, limit=3)",
        "def total(ys, limit=3)",
        "async def total(xs, limit=3)",
        "def totals(xs, limit=3)",
        "def total[T](xs: T, limit=3)",
    ],
)
def test_a_wrong_signature_is_never_hidden(make_spec: MakeSpec, head: str) -> None:
    composed = compose(make_spec(), f"{head}:\n    return 0\n", markdown=True)
    assert f"{head}:" in text(composed)
    assert "restored the annotations of the signature" not in composed.repairs


def test_two_functions_of_the_name_are_left_for_the_gate(make_spec: MakeSpec) -> None:
    composed = compose(make_spec(), "def total(xs):\n    return 1\n\n\ndef total(xs):\n    return 2\n", markdown=True)
    assert text(composed).count("def total(xs):") == 2


@pytest.mark.parametrize(
    ("written", "count"),
    [
        ("return 1", 2),
        (f"{GUARD}return 1".replace("\n", "\n    "), 2),
        ("if limit < 0:\n        raise ValueError('no \"x\"')\n    if not xs:\n        return 0\n    return 1", 3),
        ("if limit <= 0:\n        raise ValueError('no \"x\"')\n    return 1", 3),
        ("'doc'", 1),
    ],
)
def test_the_code_before_the_hole_comes_first_and_once(make_spec: MakeSpec, written: str, count: int) -> None:
    composed = compose(make_spec(pre_hole=GUARD), f"def total(xs, limit=3):\n    {written}\n", markdown=True)
    _, guard, *rest = body(composed)
    assert ast.unparse(guard) == ast.unparse(ast.parse(GUARD))
    assert len(rest) == count - 1
    assert text(composed).count("if limit < 0") == 1


def test_of_two_statements_before_the_hole_the_left_out_one_is_put_back(make_spec: MakeSpec) -> None:
    spec = make_spec(pre_hole="a = 1\nb = '''x\ny'''\n")
    composed = compose(spec, "def total(xs, limit=3):\n    a = 1\n    return a\n", markdown=True)
    assert [ast.unparse(node) for node in body(composed)[1:]] == ["a = 1", "b = 'x\\ny'", "return a"]


def test_a_docstring_that_needs_escapes_is_put_in_place(make_spec: MakeSpec) -> None:
    docstring = 'Say \\n and """ and "'
    composed = compose(make_spec(docstring=docstring), "def total(xs, limit=3):\n    return 1\n", markdown=True)
    first = body(composed)[0]
    assert isinstance(first, ast.Expr)
    assert ast.literal_eval(first.value).strip() == docstring


def test_a_submitted_module_keeps_its_module_level_calls_for_the_gate_to_refuse(make_spec: MakeSpec) -> None:
    assert "print(total([1]))" in text(compose(make_spec(), RIGHT + "\nprint(total([1]))\n", markdown=False))


def test_a_helper_that_is_offered_is_imported_only_where_it_is_used_and_unbound(make_spec: MakeSpec) -> None:
    offered = (Reference("app.t", "slug", "", direct=True), Reference("app.t", "deep", "", direct=False))
    spec = make_spec(references=offered)
    assert "from app.t import slug" in text(
        compose(spec, "def total(xs, limit=3):\n    return slug(deep(xs))\n", markdown=True)
    )
    assert "deep\n" not in text(compose(spec, "def total(xs, limit=3):\n    return slug(deep(xs))\n", markdown=True))
    own = "def slug(x): return x\n\ndef total(xs, limit=3):\n    return slug(xs)\n"
    assert "app.t" not in text(compose(spec, own, markdown=True))


def test_future_imports_stay_first(make_spec: MakeSpec) -> None:
    spec = make_spec(header=("from __future__ import annotations", "from typing import List"))
    composed = compose(
        spec, '"""Module."""\nimport re\n\ndef total(xs, limit=3):\n    return re.sub("", "", "")\n', markdown=True
    )
    assert text(composed).startswith('"""Module."""\n\nfrom __future__ import annotations\n\nimport re\n')


def test_imports_for_type_checkers_stand_in_one_block_behind_the_others(make_spec: MakeSpec) -> None:
    block = "if TYPE_CHECKING:\n    from decimal import Decimal\n    from fractions import Fraction"
    spec = make_spec(
        head="def total(xs: 'Decimal | Fraction') -> int:",
        header=("from __future__ import annotations", "import os", block),
    )
    bare = "import re\n\ndef total(xs):\n    return len(re.sub('', '', os.sep))\n"
    composed = compose(spec, bare, markdown=True)
    assert text(composed).startswith(
        f"from __future__ import annotations\n\nimport os\nimport re\n\n{block}\n\n\ndef total("
    )
    assert compose(spec, text(composed), markdown=False).implementation == composed.implementation
    half = "if TYPE_CHECKING:\n    from decimal import Decimal\n\n\ndef total(xs):\n    return 1\n"
    added = compose(spec, half, markdown=True).repairs
    assert "added `if TYPE_CHECKING:\n    from fractions import Fraction`" in added


@pytest.mark.parametrize("source", ["def (", "", "\0", "\ud800", "(" * 500, "x = 1", "def total(", "class total: pass"])
def test_what_is_no_implementation_is_passed_on(make_spec: MakeSpec, source: str) -> None:
    assert isinstance(compose(make_spec(), source, markdown=False).implementation, bytes)


def test_a_batch_is_composed_like_each_alone_and_a_broken_one_harms_no_other(make_spec: MakeSpec) -> None:
    spec = make_spec()
    texts = ["def total(xs, limit=3): return 1", "def (", RIGHT]
    together = compose_all([(spec, source) for source in texts], markdown=False)
    assert together == tuple(compose(spec, source, markdown=False) for source in texts)
    assert together[1].implementation == b"def ("


def test_what_is_normalised_stays_as_it_is() -> None:
    once = normalise([b"import re\nimport os\nx=os.sep", b"def f[T](x:T)->T: return x", b"def ("])
    assert once == (b"import os\n\nx = os.sep\n", b"def f[T](x: T) -> T:\n    return x\n", b"def (")
    assert normalise(once) == once
    assert normalise([]) == ()


@given(source=st.text(), markdown=st.booleans())
def test_no_text_breaks_the_repairs(make_spec: MakeSpec, source: str, markdown: bool) -> None:
    arrange(make_spec(pre_hole=GUARD), source, markdown=markdown)


PIECES = [
    "def total(xs, limit=3)",
    ":",
    "\n",
    "    ",
    "return 1",
    ";",
    '"""a"""',
    "#c",
    "@vibesafe\n",
    "\\\n",
    "é",
    "if x:",
    "\t",
    "async ",
    "import vibesafe",
    "(",
    ")",
]


@settings(max_examples=300)
@given(pieces=st.lists(st.sampled_from(PIECES)))
def test_a_repair_never_turns_python_into_something_else(make_spec: MakeSpec, pieces: list[str]) -> None:
    source = "".join(pieces)
    try:
        ast.parse(source)
    except SyntaxError:
        return
    repaired = arrange(make_spec(pre_hole=GUARD), source, markdown=False)
    ast.parse(repaired.implementation)


def test_the_stub_with_a_body_needs_no_repair(make_spec: MakeSpec) -> None:
    spec = make_spec(pre_hole=GUARD)
    assert arrange(spec, stub_source(spec) + "    return 1\n", markdown=False).repairs == ()


UNUSED = tuple(f"removed the unused `{each}`" for each in ("import os", "import re", "from sys import path as p"))


@pytest.mark.parametrize(
    ("answer", "repairs"),
    [
        (f"```python\n{RIGHT}```", ()),
        (f"\n\n```py\n{RIGHT}\n\n```\n\n", ()),
        (f"Sure! Here it is:\n```python\n{RIGHT}```", (AROUND,)),
        (f"```python\n{RIGHT}```\nIt adds them.", (AROUND,)),
        (f"```python\nprint(1)\n```\n```python\n{RIGHT}```", (AROUND,)),
        (f"```python\nimport os, re\nfrom sys import path as p\n{RIGHT}```", UNUSED),
        (f"```python\n{RIGHT.replace('return sum(xs[:limit])', 'return  sum( xs[:limit] )')}```", (FORMATTED,)),
        (f"```python\n{RIGHT.replace('import List', 'import (List)')}```", (FORMATTED,)),
        (f"```python\n{RIGHT.replace('return sum(xs[:limit])', 'return (sum(xs[:limit]))')}```", (FORMATTED,)),
        (RIGHT, ()),
    ],
)
def test_what_was_left_out_and_what_was_formatted_is_recorded(
    make_spec: MakeSpec, answer: str, repairs: tuple[str, ...]
) -> None:
    composed = compose(make_spec(), answer, markdown=True)
    assert text(composed) == RIGHT
    assert composed.repairs == repairs
