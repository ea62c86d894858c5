"""Lines added to docstrings in files: what is added is read again as it was meant, and nothing else changes."""

import ast
import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hatch_vibesafe.spec.docstring_edits import CannotEditError, with_example, with_requirement

EXAMPLE = (">>> f(3)", "'a\\\\n'")

PLACES = {
    "quotes on their own line": ('def f():\n    """Say.\n\n    >>> f(1)\n    1\n    """\n', "    1\n", "    "),
    "quotes behind the text": ('def f():\n    """Say."""\n', '    """Say.\n\n', "    "),
    "quotes behind an example": ('def f():\n    """Say.\n\n    >>> f(1)\n    1"""\n', "    1\n", "    "),
    "single quotes": ("def f():\n    '''Say.'''  # as ever\n", "    '''Say.\n\n", "    "),
    "a section of examples": ('def f():\n\t"""Say.\n\n\tE:\n\t  >>> f(1)\n\t  1\n\n\t"""\n', "\t  1\n\n", "\t  "),
    "prose last": ('def f():\n    """Say.\n\n    >>> f(1)\n    1\n\n    More.\n    """\n', "More.\n\n", "    "),
    "carriage returns": ('def f():\r\n    """Say.\r\n    """\r\n    x = 1\r\n', '"""Say.\r\n\r\n', "    "),
    "a method": ('class A:\n    def f(self):\n        """Say."""\n', '"""Say.\n\n', "        "),
    "not ASCII": ('# é\ndef f(a="é"):\n    """Sag es: ü."""; x = "é"\n', '"""Sag es: ü.\n\n', "    "),
    "a mark at the beginning": ('\ufeffdef f():\n    """Say."""\n', '"""Say.\n\n', "    "),
}


def docstring(content: bytes, name: str) -> str:
    body: list[ast.stmt] = ast.parse(content).body
    for part in name.split("."):
        node = next(each for each in body if getattr(each, "name", "") == part)
        assert isinstance(node, ast.FunctionDef | ast.ClassDef)
        body = node.body
    assert isinstance(node, ast.FunctionDef)
    return ast.get_docstring(node) or ""


@pytest.mark.parametrize("name", PLACES)
def test_an_example_is_added_at_the_end_and_nothing_else_changes(name: str) -> None:
    text, before, margin = PLACES[name]
    unit = "A.f" if name == "a method" else "f"
    newline = "\r\n" if "\r" in text else "\n"
    edited = with_example(text.encode(), unit, EXAMPLE).decode()
    added = f"{margin}>>> f(3){newline}{margin}'a\\\\\\\\n'{newline}"
    start = edited.index(added)
    assert edited[:start].endswith(before)
    rest = edited[:start] + edited[start + len(added) :]
    assert "".join(rest.split()) == "".join(text.split())
    example = doctest.DocTestParser().get_examples(docstring(edited.encode(), unit))[-1]
    assert (example.source, example.want) == ("f(3)\n", "'a\\\\n'\n")


def test_a_raw_docstring_stays_raw() -> None:
    text = b'def f():\n    r"""Say \\d."""\n'
    assert b"    'a\\\\n'\n" in with_example(text, "f", EXAMPLE)
    with pytest.raises(CannotEditError, match="raw text"):
        with_example(text, "f", (">>> f(3)", '\'"""\''))
    assert docstring(with_example(text.replace(b'r"""Say \\d', b'"""Say'), "f", (">>> f(3)", '\'"""\'')), "f").endswith(
        '\'"""\''
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("def f():\n    'Say.'\n", "triple quotes"),
        ('def f():\n    """Say """ """more."""\n', "one text"),
        ('def f(): """Say."""\n', "lines of its own"),
        ("def f():\n    return 1\n", "is missing"),
        ("def g():\n    return 1\n", "no f any more"),
        ('# -*- coding: latin-1 -*-\ndef f():\n    """Say."""\n', "in the encoding"),
    ],
)
def test_what_cannot_be_added_to_is_said(text: str, why: str) -> None:
    with pytest.raises(CannotEditError, match=why):
        with_example(text.encode(), "f", (">>> f('€')", "1"))


def test_a_requirement_goes_into_its_section_or_makes_one() -> None:
    text = 'def f(n):\n    """Say.\n\n    Requires:\n      n > 1\n\n    >>> f(2)\n    1\n    """\n'
    assert "Requires:\n      n != 3\n      n > 1\n" in with_requirement(text.encode(), "f", "n != 3").decode()
    bare = 'def f(n):\n    """Say.\n\n    >>> f(2)\n    1\n    """\n'
    edited = with_requirement(bare.encode(), "f", "n != 3").decode()
    assert edited == bare.replace('    1\n    """', '    1\n\n    Requires:\n        n != 3\n    """')


@given(st.text(st.characters(exclude_categories=("C", "Z"), include_characters=" '\"\\"), min_size=1).map(repr))
def test_whatever_value_is_added_is_read_again(value: str) -> None:
    edited = with_example(b'def f():\n    """Say."""\n', "f", (f">>> f({value})", value))
    (example,) = doctest.DocTestParser().get_examples(docstring(edited, "f"))
    assert (example.source, example.want) == (f"f({value})\n", f"{value}\n")
