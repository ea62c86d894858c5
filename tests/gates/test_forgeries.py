"""Candidates that make a wrong value look right without knowing the right one. Each is judged beside an honest one."""

import textwrap

import pytest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tests.gates.conftest import MakeBench

UNIT = "app.numbers/root"
MODULE = '''
    from collections import deque
    from dataclasses import dataclass
    from fractions import Fraction

    from vibesafe_runtime import VibeCoded, vibesafe


    @dataclass(frozen=True)
    class Before:
        n: object


    @dataclass(frozen=True)
    class After:
        n: object


    @vibesafe
    def root(n: int) -> object:
        """Wrap the number four times as large.

        >>> root(2) == 8
        True
        >>> root(0)
        Traceback (most recent call last):
        ValueError: no
        >>> root(3) == deque([Before(12)])
        True
        >>> root(4) == After(16)
        True
        >>> class Here:
        ...     def __eq__(self, other):
        ...         return other == 20
        >>> Here() == root(5)
        True
        >>> root(6)
        Fraction(1, 3)
        >>> root(7)
        'plain'
        """
        raise VibeCoded()
'''
HONEST = """
    from collections import deque
    from fractions import Fraction

    from app.numbers import Before


    def root(n: int) -> object:
        '''SECRET DOCSTRING'''
        from app.numbers import After

        if n == 0:
            raise ValueError("no")
        return {2: 8, 3: deque([Before(12)]), 4: After(16), 5: 20, 6: Fraction(1, 3), 7: "plain"}[n]
"""
LIAR = 'maker("X", (), {"__module__": "decimal", "__eq__": bool, "__repr__": lambda self: "8"})()'
ATTACKS = {
    "a class made at run time": f"{{2: {LIAR}}}",
    "one that is put where it says it is": f"{{2: planted({LIAR})}}",
    "one in a container of another module": f"{{3: deque([{LIAR}])}}",
    "one in an object of the project": f"{{4: After({LIAR})}}",
    "one of the spec's module": '{4: planted(maker("After", (), {"__module__": "app.numbers", "__eq__": bool})())}',
    "a class that is changed": "{6: changed()}",
    "what standard output leads to": "{7: forged()}",
    "the docstring by its name": "{7: told(root.__doc__)}",
    "the docstring by its format": "{7: told('{0.__doc__}'.format(root))}",
    "the docstring among the constants": "{7: told(str(root.__code__.co_consts))}",
}
HELPERS = """
    import sys
    from typing import Any

    maker: Any = type


    def planted(value):
        setattr(sys.modules[type(value).__module__], type(value).__name__, type(value))
        return value


    def changed():
        Fraction.__repr__ = lambda self: "Fraction(1, 3)"
        return Fraction(1, 2)


    def forged():
        for name in ("_witness", "_transcript"):
            witness = getattr(sys.stdout, name)
            witness._encode = lambda *_: ["str", "plain"]
        return 0


    def told(text):
        return "plain" if "SECRET DOCSTRING" in text else "unknown"
"""


def attack(expression: str) -> str:
    source = HONEST.replace(
        "return {", "wrong = WRONG\n        if n in wrong:\n            return wrong[n]\n        return {"
    )
    source = source.replace("WRONG", expression)
    return textwrap.dedent(source) + textwrap.dedent(HELPERS)


@pytest.mark.parametrize("name", ATTACKS)
def test_a_wrong_value_does_not_look_right(bench: "MakeBench", name: str) -> None:
    project = bench({"app/__init__.py": "", "app/numbers.py": MODULE})
    honest, attacked = project.doctests(UNIT, HONEST, attack(ATTACKS[name]))
    assert honest == ()
    assert attacked


def test_an_exception_that_only_has_the_name_is_not_the_one(bench: "MakeBench") -> None:
    project = bench({"app/__init__.py": "", "app/numbers.py": MODULE})
    made = 'type("ValueError", (Exception,), {"__module__": "builtins"})("no")'
    honest, attacked = project.doctests(UNIT, HONEST, HONEST.replace('ValueError("no")', made))
    assert honest == ()
    assert "an exception that the implementation defines itself" in attacked[0].message


def test_lines_stay_where_they_were_without_the_docstring(bench: "MakeBench") -> None:
    project = bench({"app/__init__.py": "", "app/numbers.py": MODULE})
    source = textwrap.dedent(HONEST).lstrip().replace("SECRET DOCSTRING", "\nSECRET\n").replace('"no"', '"other"')
    ((finding,),) = project.doctests(UNIT, source)
    assert "ValueError" in source.splitlines()[finding.line - 1]
