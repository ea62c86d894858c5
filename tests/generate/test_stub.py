"""A spec written out as source says the same as the spec."""

import ast
import re
from collections.abc import Callable

from hypothesis import example, given
from hypothesis import strategies as st

from hatch_vibesafe.generate.stub import docstring_statement, fence_for, indented, stub_source
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.spec.normalise import normalise_docstring


@given(st.text(), st.sampled_from(["    ", "  ", "\t"]))
@example('ends with "', "    ")
@example('holds """ and \\ and \x0c', "    ")
@example("\n      deeper\n  than this", "    ")
@example("Add.\n  >>> f(1)\n\n    1", "    ")
def test_a_docstring_survives_being_written_out(text: str, indent: str) -> None:
    docstring = normalise_docstring(text)
    statement = docstring_statement(docstring, indent)
    function = ast.parse(f"def f():\n{statement}{indent}pass\n").body[0]
    assert isinstance(function, ast.FunctionDef)
    assert normalise_docstring(ast.get_docstring(function, clean=False) or "") == docstring


def test_a_docstring_whose_later_lines_are_all_indented_stands_below_its_quotes() -> None:
    assert docstring_statement("Add.\n  Both.\n\n  Well.", "    ") == (
        '    """\n    Add.\n      Both.\n\n      Well.\n    """\n'
    )
    assert docstring_statement("Add.\n  Both.\nWell.", "    ") == '    """Add.\n      Both.\n    Well.\n    """\n'


def test_the_lines_inside_a_string_are_not_moved() -> None:
    assert indented('x = """a\nb"""\ny = 1\n', "    ") == '    x = """a\nb"""\n    y = 1\n'


@given(st.lists(st.text(alphabet="`~ab\n")))
def test_no_text_closes_the_fence(texts: list[str]) -> None:
    fence = fence_for(*texts)
    assert len(fence) >= 3
    assert not any(re.search(f"`{{{len(fence)}}}", text) for text in texts)


def test_the_stub_is_the_module_up_to_the_hole(make_spec: Callable[..., Spec]) -> None:
    spec = make_spec(pre_hole="if not xs:\n    raise ValueError\n")
    assert stub_source(spec) == (
        "from typing import List\n\n\n"
        "def total(xs: List[int], limit: int = 3) -> int:\n"
        '    """Add.\n\n    >>> total([1])\n    1\n    """\n'
        "    if not xs:\n        raise ValueError\n"
    )
